package soak

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// uplink forwards batches upstream until they are acknowledged, over a
// connection that it makes again whenever it is lost.
type uplink struct {
	*daemon
	w       *wire
	backoff time.Duration
	seq     int
	pending map[int]int // batches that were not acknowledged, by number
	timeout kernel.AlarmID
	lost    *kernel.Postback
}

var uplinkStates = session.States[uplink]{
	"_start":    (*uplink).start,
	"_stop":     (*uplink).stop,
	"connect":   (*uplink).connect,
	"connected": (*uplink).connected,
	"readable":  func(u *uplink, _ kernel.Event) { u.w.readable() },
	"writable":  func(u *uplink, _ kernel.Event) { u.w.writable() },
	"batch":     (*uplink).batch,
	"ping":      (*uplink).ping,
	"silent":    func(u *uplink, e kernel.Event) { u.timeout = 0; u.lost.Post("silence") },
	"lost":      (*uplink).reconnect,
	"pending":   func(u *uplink, e kernel.Event) { e.Return(len(u.pending)) },
}

func (d *daemon) startUplink(k *kernel.Kernel) error {
	_, err := session.Create(k, &uplink{daemon: d, seq: d.first, pending: map[int]int{}}, uplinkStates)
	return err
}

func (u *uplink) start(e kernel.Event) {
	must(e.Kernel.AliasSet("uplink"))
	u.backoff = time.Second
	e.Kernel.Yield("connect")
}

func (u *uplink) stop(kernel.Event) {
	if u.lost != nil {
		u.lost.Release()
	}
}

func (u *uplink) connect(e kernel.Event) {
	u.dial(func(h *kernel.Handle, err error) { must(e.Kernel.Post(e.Session, "connected", h, err)) })
}

func (u *uplink) connected(e kernel.Event) {
	if e.Arg(1) != nil {
		u.refused++
		u.later(e.Kernel)
		return
	}
	h := kernel.Arg[*kernel.Handle](e, 0)
	u.lost = e.Session.Postback("lost", h.RemoteAddr())
	var err error
	u.w, err = open(e.Kernel, h, func(line string) { u.answer(e.Kernel, line) }, func(err error) { u.lost.Post(err) })
	must(err)
	must(e.Kernel.Post(kernel.Alias("health"), "up"))
	for _, seq := range slices.Sorted(maps.Keys(u.pending)) {
		must(u.w.send(fmt.Sprintf("batch %d %d", seq, u.pending[seq])))
	}
	must(e.Kernel.Delay("ping", 30*time.Second))
}

// later tries again, each time after twice as long, up to a minute.
func (u *uplink) later(k *kernel.Kernel) {
	must(k.Delay("connect", u.backoff))
	u.backoff = min(2*u.backoff, time.Minute)
}

// reconnect drops what is left of the connection. It may be told of one loss
// more than once: that a line is silent, and that it broke.
func (u *uplink) reconnect(e kernel.Event) {
	if u.w == nil {
		return
	}
	must(u.w.close())
	u.w = nil
	u.lost.Release()
	u.lost = nil
	must(e.Kernel.DelayClear("ping"))
	u.heard(e.Kernel)
	must(e.Kernel.Post(kernel.Alias("health"), "down"))
	u.later(e.Kernel)
}

func (u *uplink) batch(e kernel.Event) {
	u.seq++
	u.pending[u.seq] = kernel.Arg[int](e, 0)
	if u.w != nil {
		must(u.w.send(fmt.Sprintf("batch %d %d", u.seq, u.pending[u.seq])))
	}
}

func (u *uplink) ping(e kernel.Event) {
	if u.w == nil {
		return
	}
	must(u.w.send("ping"))
	must(e.Kernel.Delay("ping", 30*time.Second))
	if u.timeout != 0 {
		return // already waiting
	}
	id, err := e.Kernel.DelaySet("silent", 10*time.Second)
	must(err)
	u.timeout = id
}

// heard ends the wait for an answer.
func (u *uplink) heard(k *kernel.Kernel) {
	if u.timeout != 0 {
		_, err := k.AlarmRemove(u.timeout)
		must(err)
		u.timeout = 0
	}
}

func (u *uplink) answer(k *kernel.Kernel, line string) {
	u.heard(k)
	u.backoff = time.Second
	var seq int
	if n, _ := fmt.Sscanf(line, "ack %d", &seq); n == 1 {
		delete(u.pending, seq)
	}
}
