package node

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"reflect"

	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/kernel"
)

// In a recording is what the kernel gets from its node: what the connections bring,
// as events of other goroutines, and what becomes of what it sends. A replay has
// no network: links are but numbers, and nothing is sent.

func init() {
	for _, v := range []any{incoming{}, linkRef{}, fallen{}, RemoteError{}} {
		recordfile.Register(reflect.TypeOf(v))
	}
	for name, err := range map[string]error{
		"node.ErrNoNode": ErrNoNode, "node.ErrNoSession": ErrNoSession, "node.ErrNotExposed": ErrNotExposed, "node.ErrTooLarge": ErrTooLarge,
		"node.ErrBadValue": ErrBadValue, "node.ErrTimeout": ErrTimeout, "node.ErrUnreachable": ErrUnreachable, "node.ErrBusy": ErrBusy,
		"node.ErrClosed": ErrClosed, "node: shut down": errShutDown,
	} {
		recordfile.RegisterError(name, err)
	}
}

// replaying reports whether there is nothing to send to. The handles of a Network
// are replayed themselves.
func (n *Node) replaying() bool { return n.network == nil && n.agent.k.Host().Replaying() }

// recorded is kernel.Recorded for what depends on connections.
func recorded[T any](n *Node, name string, f func() (T, error)) (T, error) {
	if n.network != nil {
		return f()
	}
	return kernel.Recorded(n.agent.k, name, f)
}

// linkRef refers to a link; the zero linkRef to none.
type linkRef struct {
	link *link // nil in a replay
	num  uint64
	name string
}

func (l *link) ref() linkRef { return linkRef{l, l.num, l.name} }

// MarshalBinary writes the number and the name.
func (r linkRef) MarshalBinary() ([]byte, error) {
	return append(binary.AppendUvarint(nil, r.num), r.name...), nil
}

// UnmarshalBinary reads what MarshalBinary has written.
func (r *linkRef) UnmarshalBinary(data []byte) error {
	n, used := binary.Uvarint(data)
	if used <= 0 {
		return errFrame
	}
	*r = linkRef{num: n, name: string(data[used:])}
	return nil
}

// resolve finds the link; in a replay one that stands for it.
func (a *agent) resolve(r linkRef) *link {
	if r.link != nil || r.num == 0 {
		return r.link
	}
	l := a.replayed[r.num]
	if l == nil {
		l = &link{n: a.n, num: r.num, name: r.name}
		a.replayed[r.num] = l
	}
	return l
}

// MarshalBinary writes what has come, without its values: they are decoded again.
func (in incoming) MarshalBinary() ([]byte, error) {
	failed, err := recordfile.AppendValue(nil, in.err, nil)
	if err != nil {
		return nil, err
	}
	from := linkRef{}
	if in.link != nil {
		from = in.link.ref()
	}
	ref, _ := from.MarshalBinary()
	data := binary.AppendUvarint(nil, uint64(len(ref)))
	data = binary.AppendUvarint(append(data, ref...), uint64(len(failed)))
	return in.frame.append(append(data, failed...)), nil
}

// UnmarshalBinary reads what MarshalBinary has written.
func (in *incoming) UnmarshalBinary(data []byte) error {
	var parts [2][]byte
	for i := range parts {
		n, used := binary.Uvarint(data)
		if used <= 0 || n > uint64(len(data)-used) {
			return errFrame
		}
		parts[i], data = data[used:used+int(n)], data[used+int(n):]
	}
	*in = incoming{frame: &frame{}, replayed: true}
	if err := in.from.UnmarshalBinary(parts[0]); err != nil {
		return err
	}
	failed, err := recordfile.Value(parts[1], nil)
	if err != nil {
		return err
	}
	in.err, _ = failed.(error)
	return in.frame.parseFields(append([]byte(nil), data...))
}

// attach completes what has come out of a recording.
func (a *agent) attach(in *incoming) {
	if !in.replayed {
		return
	}
	in.replayed, in.link = false, a.resolve(in.from)
	a.n.decode(in)
}

// sent is what has become of a frame.
type sent struct {
	To         linkRef
	Generation uint64 // of the link
	Sum        uint32 // of what was sent
}

// sendOn sends a frame on a link.
func (n *Node) sendOn(l *link, f *frame, how sending) (generation uint64, err error) {
	s, err := n.sendBy(f, func() (*link, error) { return l, nil }, how)
	return s.Generation, err
}

// sendBy sends a frame on the link that find returns.
func (n *Node) sendBy(f *frame, find func() (*link, error), how sending) (sent, error) {
	sum := f.sum()
	s, err := recorded(n, f.verb.String(), func() (s sent, err error) {
		l, err := find()
		if err != nil {
			return s, err
		}
		s.To, s.Sum = l.ref(), sum
		s.Generation, err = l.send(f, how)
		return s, err
	})
	if s.To.num != 0 && s.Sum != sum { // in a replay: ends it
		_, _ = kernel.Recorded(n.agent.k, fmt.Sprintf("%v of other values to %v %s", f.verb, Address{s.To.name, f.to}, f.event), func() (bool, error) { return true, nil })
	}
	return s, err
}

// verbNames are what recordings call the frames that the kernel sends.
var verbNames = [...]string{
	verbPost: "node: post", verbCall: "node: call", verbReply: "node: reply", verbWatch: "node: watch", verbUnwatch: "node: unwatch",
	verbGone: "node: gone", verbRefused: "node: refused", verbBye: "node: bye", verbLast: "",
}

// String returns what recordings call the frame.
func (v verb) String() string { return verbNames[min(v, verbLast)] }

// table is for sums of frames.
var table = crc32.MakeTable(crc32.Castagnoli)

// sum is a check of what a frame says.
func (f *frame) sum() uint32 {
	const prime = 16777619
	h := (2166136261 ^ uint32(f.id)) * prime
	for _, s := range [...]string{f.to, f.from, f.event, f.text} {
		for i := range len(s) {
			h = (h ^ uint32(s[i])) * prime
		}
		h *= prime
	}
	return h ^ crc32.Checksum(f.payload, table) ^ uint32(f.code)
}

// replayed is the transport of a replay.
type replayed struct{ n *Node }

func (replayed) listen() (string, error)      { return "", nil } // comes from the recording
func (replayed) transmit(*link, bool, *frame) {}
func (replayed) disconnect(*link)             {}
func (replayed) memberID() string             { return "" }
func (replayed) refuse()                      {}
func (replayed) close()                       {}
