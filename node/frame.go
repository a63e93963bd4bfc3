package node

import (
	"encoding/binary"
	"errors"
)

// version is the first byte of every frame. A node drops frames of a version
// that it does not know.
const version = 2

// verb is the type of a frame.
type verb uint8

const (
	verbPost    verb = 1 + iota // to, from, event, payload
	verbCall                    // id, to, from, event, payload
	verbReply                   // id, code, text or payload: the answer to a call
	verbWatch                   // id, to
	verbUnwatch                 // id
	verbGone                    // id, code, text: the watched session has stopped
	verbRefused                 // to, event, code, text: a post that reaches no session
	verbBye                     // this node shuts down
	verbPing                    // id, text, payload: asks for a pong; see link.key, Node.memberID and clocks
	verbPong                    // id, text, payload: shows that this side receives from the other
	verbAck                     // done, bytes: what the kernel has taken
	verbFence                   // done: how many numbered frames precede it
	verbLast
)

// numbered reports whether frames of this kind count in the window and keep
// their order.
func (v verb) numbered() bool { return v < verbPing }

// inBand reports whether frames of this kind travel on the connection for data,
// behind what was sent before. The others have a connection of their own, so
// that a sign of life does not wait behind megabytes of data.
func (v verb) inBand() bool { return v.numbered() || v == verbFence }

// frame is one message between two nodes. All kinds have one layout; fields
// that a kind does not use are zero, at one byte each.
type frame struct {
	verb    verb
	boot    uint64 // the sender's incarnation
	proof   uint64 // the receiver's key, which only reaches the sender's address
	epoch   uint64 // of the link, counted by the sender
	seq     uint64 // within the epoch, from 1; 0 if not numbered
	id      uint64 // of a call or a watch; in pings and pongs the sender's key
	done    uint64 // how many frames have been taken, or sent
	bytes   uint64 // how long they were
	code    code
	node    string // the sender's name
	address string // where the sender listens
	to      string // an alias
	from    string // an alias, empty if the sender has none that is exposed
	event   string
	text    string
	payload []byte // by the codec; in pings and pongs see clocks
}

// maxName bounds names, aliases and events, maxText the text of an error.
const (
	maxName = 1 << 10
	maxText = 4 << 10
)

var errFrame = errors.New("node: malformed frame")

// append writes the frame behind dst.
func (f *frame) append(dst []byte) []byte {
	dst = append(dst, version, byte(f.verb))
	for _, n := range [...]uint64{f.boot, f.proof, f.epoch, f.seq, f.id, f.done, f.bytes, uint64(f.code)} {
		dst = binary.AppendUvarint(dst, n)
	}
	for _, s := range [...]string{f.node, f.address, f.to, f.from, f.event, f.text} {
		dst = binary.AppendUvarint(dst, uint64(len(s)))
		dst = append(dst, s...)
	}
	return append(dst, f.payload...)
}

// parse reads a frame. The payload stays where it is, the rest is copied.
func (f *frame) parse(b []byte) error {
	if err := f.parseFields(b); err != nil {
		return err
	}
	if f.boot == 0 || f.node == "" || f.address == "" || f.verb.numbered() != (f.seq > 0) {
		return errFrame
	}
	return nil
}

// parseFields is parse for a frame that need not have come from another node.
func (f *frame) parseFields(b []byte) error {
	if len(b) < 2 || b[0] != version || b[1] == 0 || verb(b[1]) >= verbLast {
		return errFrame
	}
	f.verb = verb(b[1])
	b = b[2:]
	var c uint64
	for _, n := range [...]*uint64{&f.boot, &f.proof, &f.epoch, &f.seq, &f.id, &f.done, &f.bytes, &c} {
		v, used := binary.Uvarint(b)
		if used <= 0 {
			return errFrame
		}
		*n, b = v, b[used:]
	}
	if f.code = code(c); uint64(f.code) != c {
		return errFrame
	}
	for i, s := range [...]*string{&f.node, &f.address, &f.to, &f.from, &f.event, &f.text} {
		most := uint64(maxName)
		if i == 5 {
			most = maxText
		}
		n, used := binary.Uvarint(b)
		if used <= 0 || n > most || n > uint64(len(b)-used) {
			return errFrame
		}
		*s, b = string(b[used:used+int(n)]), b[used+int(n):]
	}
	f.payload = b
	return nil
}

// cut shortens a text to what fits into a frame.
func cut(text string) string {
	if len(text) > maxText {
		return text[:maxText]
	}
	return text
}
