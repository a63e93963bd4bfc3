package clientping

import (
	"cmp"
	"crypto/subtle"
	"maps"
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
		err = s.Send(g.addr, g.seq, g.payload)
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
	p.service.Release(g.asker)
	p.service.In(func(kernel.Event) {
		p.service.RemoveAlarm(&g.alarm)
		p.startNext()
		p.closeIdle()
	})
}

// closeIdle closes sockets that nothing waits for, which would keep the program running.
func (p *Pinger) closeIdle() {
	for i, s := range p.sockets {
		if s != nil && p.Pending() == 0 && (!p.given[i] || p.over) {
			_ = s.Close()
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
	list := slices.AppendSeq(slices.Clone(p.waiting), maps.Values(p.active))
	list = slices.AppendSeq(list, maps.Keys(p.looked))
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
	p.service.In(func(kernel.Event) { p.closeIdle() })
	p.service.RemoveAlias()
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

// close answers the pings which a component that ends by force has left.
func (p *Pinger) close() {
	p.stop()
	for _, s := range p.sockets {
		if s != nil {
			_ = s.Close()
		}
	}
}
