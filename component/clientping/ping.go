package clientping

import (
	"cmp"
	"crypto/subtle"
	"net/netip"
	"slices"
	"time"

	"github.com/gopoe/poe/component/internal/random"
	"github.com/gopoe/poe/kernel"
)

// tokenSize is how many bytes of a payload cannot be guessed: replies must have
// them.
const tokenSize = 16

// ping is one ping that was asked for.
type ping struct {
	p       *Pinger
	asker   kernel.ID
	request Request
	addr    netip.Addr
	asked   time.Time
	serial  uint64
	sent    time.Time
	seq     uint16
	payload []byte
	attempt int
	replies int
	alarm   kernel.AlarmID
	ended   bool
}

// begin sends the first packet, in the component's session.
func (g *ping) begin() {
	p := g.p
	for p.active[p.next] != nil {
		p.next++
	}
	g.seq = p.next
	p.next++
	p.active[g.seq] = g
	g.payload = make([]byte, p.config.Payload)
	copy(g.payload, random.Bytes(p.k, "clientping: token", tokenSize))
	g.send()
}

// send is one attempt.
func (g *ping) send() {
	g.attempt++
	g.sent = g.p.k.Now()
	s, err := g.p.socket(g.addr)
	if err == nil {
		err = s.send(g)
	}
	if err != nil {
		g.end(err)
		return
	}
	g.alarm, _ = g.p.k.DelaySet("timeout", g.request.Timeout, g)
}

// timeout is the end of an attempt.
func (g *ping) timeout() {
	g.alarm = 0
	switch {
	case g.ended:
	case g.replies > 0:
		g.end(nil)
	case g.attempt < g.request.Retry:
		g.send()
	default:
		g.end(ErrTimeout)
	}
}

// replied is a reply, in the component's session.
func (g *ping) replied(from netip.Addr, payload []byte) {
	if subtle.ConstantTimeCompare(payload, g.payload) != 1 {
		return // of another program, or a forgery
	}
	g.replies++
	r := &Reply{From: from, RoundTrip: g.p.k.Now().Sub(g.sent), Last: g.p.config.OneReply}
	g.post(r)
	if r.Last {
		g.release()
	}
}

// end ends a ping whose last reply has come, or which has failed.
func (g *ping) end(err error) {
	if !g.ended {
		g.post(&Reply{Last: true, Err: err})
		g.release()
	}
}

// post sends the event.
func (g *ping) post(r *Reply) {
	r.Request, r.Attempt, r.Replies = g.request, g.attempt, g.replies
	response := []any{nil, nil, nil}
	if r.From.IsValid() {
		response = []any{r.From.String(), r.RoundTrip, g.p.k.Now()}
	}
	_ = g.p.k.Post(g.asker, g.request.Event, []any{g.request.Addr, g.request.Timeout, g.asked, g.request.Context}, response, r) // it may have stopped by force
}

// release frees what a ping has.
func (g *ping) release() {
	p := g.p
	g.ended = true
	if p.active[g.seq] == g {
		delete(p.active, g.seq)
	}
	_, _ = p.k.RefcountDecrement(g.asker, p.tag()) // it may have stopped by force
	p.in(func(e kernel.Event) {
		if g.alarm != 0 {
			_, _ = e.AlarmRemove(g.alarm)
			g.alarm = 0
		}
		p.startNext()
		p.rest(e)
	})
}

// rest closes sockets that nothing waits for, which would keep the program running.
func (p *Pinger) rest(kernel.Event) {
	if p.Pending() > 0 {
		return
	}
	for i, s := range p.sockets {
		if s != nil && (s.opened || p.over) {
			s.close()
			p.sockets[i] = nil
		}
	}
}

// clear handles "clear": an address, or none for all.
func (p *Pinger) clear(e kernel.Event) {
	addr, one := kernel.ArgOK[string](e, 0)
	p.drop(slices.DeleteFunc(p.all(), func(g *ping) bool { return g.asker != e.Sender || one && g.request.Addr != addr }))
}

// all lists the pings that have not ended, oldest first.
func (p *Pinger) all() []*ping {
	list := slices.Clone(p.waiting)
	for _, g := range p.active {
		list = append(list, g)
	}
	for g := range p.looked {
		list = append(list, g)
	}
	slices.SortFunc(list, func(a, b *ping) int { return cmp.Compare(a.serial, b.serial) })
	return list
}

// Shutdown answers pending pings with ErrShutdown and ends the component. POE:
// the event "shutdown".
func (p *Pinger) Shutdown() {
	if p.over {
		return
	}
	p.stop()
	p.in(func(e kernel.Event) {
		p.rest(e)
		_ = e.AliasRemove(p.config.Alias)
	})
}

func (p *Pinger) stop() {
	p.over = true
	list := p.all()
	for _, g := range list {
		g.post(&Reply{Last: true, Err: ErrShutdown})
	}
	p.drop(list)
}

// drop takes pings out of the lists and releases them.
func (p *Pinger) drop(list []*ping) {
	gone := make(map[*ping]bool, len(list))
	for _, g := range list {
		gone[g] = true
		delete(p.looked, g)
	}
	p.waiting = slices.DeleteFunc(p.waiting, func(g *ping) bool { return gone[g] }) // or a release would begin them
	for _, g := range list {
		g.release()
	}
}

// closer answers the pings which a component that ends by force has left.
type closer struct{ p *Pinger }

func (c closer) Close() error {
	c.p.stop()
	for _, s := range c.p.sockets {
		if s != nil {
			_ = s.handle.Close()
		}
	}
	return nil
}
