package clientdns

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/miekg/dns"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/internal/random"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// lookup is one question that is being asked.
type lookup struct {
	r        *Resolver
	question question
	askers   []*asker
	tries    int
	first    int // the server that is asked first
	to       netip.AddrPort
	query    *dns.Msg
	socket   *kernel.Handle
	tcp      *clienttcp.Client
	alarm    kernel.AlarmID
	failure  error // why the last try has failed
	over     bool
}

// timeout is the error of a request whose time is over: with the reason why the
// last try has failed, if it has.
func (l *lookup) timeout() error {
	if l == nil || l.failure == nil {
		return ErrTimeout
	}
	return fmt.Errorf("%w: %w", ErrTimeout, l.failure)
}

// leave takes out an asker who has been answered.
func (l *lookup) leave(a *asker) {
	if l == nil {
		return
	}
	l.askers = slices.DeleteFunc(l.askers, func(b *asker) bool { return a == b })
	if len(l.askers) == 0 && l.query != nil && !l.over {
		r := l.r
		r.in(func() { r.answered(l, &Answer{}) }) // no asker is left
	}
}

// begin asks the first server.
func (l *lookup) begin() {
	l.first = l.r.server
	l.r.server = (l.r.server + 1) % len(l.r.config.Nameservers)
	l.try()
}

// try asks the next server.
func (l *lookup) try() {
	c := l.r.config
	l.release()
	l.to = c.Nameservers[(l.first+l.tries)%len(c.Nameservers)]
	patience := c.Retry << min(l.tries/len(c.Nameservers), 10)
	l.tries++
	l.query = &dns.Msg{}
	l.query.SetQuestion(l.question.name, l.question.kind)
	l.query.Question[0].Qclass = l.question.class
	l.query.Id = binary.NativeEndian.Uint16(random.Bytes(l.r.k, "clientdns: id", 2))
	l.query.SetEdns0(DefaultUDPSize, false)
	l.alarm, _ = l.r.k.Host().DelayFunc("clientdns: retry", patience, func(kernel.Event) {
		l.alarm = 0
		l.try()
	})
	if c.TLS != nil {
		l.overTCP()
		return
	}
	l.overUDP()
}

// overUDP asks from a port of the system's choice.
func (l *lookup) overUDP() {
	packet, err := l.query.Pack()
	if err != nil {
		l.r.answered(l, &Answer{Err: err})
		return
	}
	if l.socket, err = l.r.config.open(l.to); err == nil {
		err = l.r.k.Host().Watch(l.socket, kernel.Read, "clientdns: answer", udpReader{l})
	}
	if err == nil {
		_, err = l.socket.WriteTo(packet, l.to)
	}
	if err != nil {
		l.failure = err // and the next server is asked when it is time
		l.closeSocket()
	}
}

// udpReader reads the datagrams of a lookup.
type udpReader struct{ *lookup }

// open makes a socket for a question.
func (c *Config) open(to netip.AddrPort) (*kernel.Handle, error) {
	if c.Socket != nil {
		return c.Socket(to)
	}
	bind := "0.0.0.0"
	if to.Addr().Is6() {
		bind = "::"
	}
	return socketfactory.Listen(socketfactory.Config{Type: socketfactory.Datagram, BindAddress: bind})
}

// batch is how many datagrams are read before other events have their turn: a
// port can be flooded with forgeries.
const batch = 16

// HandleReady is called by the kernel.
func (l udpReader) HandleReady(kernel.Mode) {
	var buf [DefaultUDPSize]byte
	for n := 0; n < batch && l.socket != nil; n++ {
		size, from, err := l.socket.ReadFrom(buf[:])
		if err != nil {
			if !errors.Is(err, kernel.ErrWouldBlock) {
				l.failure = err
			}
			return
		}
		if netip.AddrPortFrom(from.Addr().Unmap(), from.Port()) != l.to {
			continue // not the one who was asked
		}
		l.got(buf[:size], false)
	}
}

// overTCP asks over a connection of its own.
func (l *lookup) overTCP() {
	l.closeSocket()
	packet, err := l.query.Pack()
	if err != nil {
		l.r.answered(l, &Answer{Err: err})
		return
	}
	l.tcp, err = clienttcp.New(l.r.k, clienttcp.Config{
		RemoteAddress:  l.to.Addr().String(),
		RemotePort:     int(l.to.Port()),
		TLS:            l.r.config.TLS,
		Dial:           l.r.config.Dial,
		ConnectTimeout: l.r.config.Retry,
		Filter:         filter.Factory(filter.NewPrefixed, filter.PrefixedConfig{Size: 2}),
		Connected:      func(c *clienttcp.Client) { c.Put(packet) },
		ConnectError:   func(_ *clienttcp.Client, err *kernel.OpError) { l.failure = err },
		ServerError:    func(_ *clienttcp.Client, err *kernel.OpError) { l.failure = err },
		ServerInput: clienttcp.Input(func(_ *clienttcp.Client, record []byte) {
			l.r.in(func() { l.got(record, true) })
		}),
	})
	if err != nil {
		l.failure = err
	}
}

// got gets what may be the answer.
func (l *lookup) got(packet []byte, tcp bool) {
	if l.over {
		return
	}
	m := &dns.Msg{}
	if err := m.Unpack(packet); err != nil || !l.answers(m) {
		return // a forgery, or garbage
	}
	if m.Truncated && !tcp {
		l.overTCP()
		return
	}
	switch m.Rcode {
	case dns.RcodeServerFailure, dns.RcodeRefused, dns.RcodeNotImplemented:
		if l.tries < len(l.r.config.Nameservers) {
			l.try() // another server may know better
			return
		}
	}
	if keep := ttl(m, l.r.config.MaxTTL); keep > 0 {
		l.r.cache.put(l.question, m, l.r.k.Now(), keep)
	}
	l.r.answered(l, answerOf(m))
}

// answers reports whether a message answers the question that was asked.
func (l *lookup) answers(m *dns.Msg) bool {
	if !m.Response || m.Id != l.query.Id || len(m.Question) != 1 {
		return false
	}
	q := m.Question[0]
	return strings.EqualFold(q.Name, l.question.name) && q.Qtype == l.question.kind && q.Qclass == l.question.class
}

// release gives up the try that is under way.
func (l *lookup) release() {
	l.closeSocket()
	if l.tcp != nil {
		_ = l.r.k.Post(l.tcp.ID(), "shutdown") // it may have ended
		l.tcp = nil
	}
	if l.alarm != 0 {
		_, _ = l.r.k.AlarmRemove(l.alarm) // it has not fired
		l.alarm = 0
	}
}

func (l *lookup) closeSocket() {
	if l.socket == nil {
		return
	}
	h := l.socket
	l.socket = nil
	l.r.k.Host().Unwatch(l.r.id, h, kernel.Read)
	_ = h.Close() // nothing was promised
}

// close ends the lookup.
func (l *lookup) close() {
	if l.over {
		return
	}
	l.over = true
	if l.query != nil {
		l.r.in(l.release)
	}
}
