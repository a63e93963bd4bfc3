package kernel

import (
	"context"
	"fmt"
	"syscall"

	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/recording"
)

// key tells messages apart that only the program has.
func (m *message) key() string { return itoa(int(m.kind())) + " " + m.event }

// position is the place in the run of a look at the inbox: in the middle of a handler,
// when an event is queued, or between handlers. The kernel counts events, timers and
// turns anyway, so that a look which finds nothing costs nothing in a recorded run; in a
// replay there is a look at each of these places.
func (t *tape) position(inHandler bool) uint64 {
	at := (t.k.seq + t.k.turns + t.looks) << 1
	if inHandler {
		at++
	}
	return at
}

// sinceMessages is how far a look is from the last one that has found something.
func (t *tape) sinceMessages(inHandler bool) uint64 { return t.position(inHandler) - t.lastMessages }

// messages records what was taken out of the inbox.
func (t *tape) messages(batch *mail, inHandler bool) {
	n := 0
	for m := range batch.all() {
		if m.kind() != recordfile.ArrivalNone {
			n++
		}
	}
	if n == 0 {
		return
	}
	t.out.begin(recordfile.KindMessages)
	t.out.w.Uint(t.sinceMessages(inHandler))
	t.out.w.Uint(uint64(n))
	t.lastMessages = t.position(inHandler)
	for m := range batch.all() {
		if m.kind() != recordfile.ArrivalNone {
			t.out.message(m)
		}
	}
	t.out.end()
}

func (r *recorder) message(m *message) {
	w := r.w
	kind := m.kind()
	if kind == recordfile.ArrivalEvent && m.acts() {
		kind = recordfile.ArrivalLive
	}
	var event []byte
	if kind == recordfile.ArrivalEvent || kind == recordfile.ArrivalSent {
		var ok bool
		if event, ok = r.t.tryEncode([]any{destination(m.to), m.args}); !ok || m.special() {
			kind = recordfile.ArrivalLive
		}
	}
	if kind == recordfile.ArrivalDo {
		kind = recordfile.ArrivalLive
	}
	w.Byte(byte(kind))
	switch kind {
	case recordfile.ArrivalEvent, recordfile.ArrivalSent:
		w.Name(m.event)
		w.Bytes(event)
	case recordfile.ArrivalLive:
		w.Byte(byte(m.kind()))
		w.Name(m.event)
	case recordfile.ArrivalReady, recordfile.ArrivalWatch:
		w.Uint(uint64(uint32(m.more.handle.reg.Token)))
	case recordfile.ArrivalJob:
		w.Uint(m.more.num)
		w.Bytes(r.jobResult(m.more.job))
	case recordfile.ArrivalSignal:
		w.Uint(m.more.num)
		w.Name(m.event)
	case recordfile.ArrivalLost, recordfile.ArrivalRelease, recordfile.ArrivalHold, recordfile.ArrivalContext:
		w.Uint(m.more.num)
	}
}

// jobResult is what a job has brought home; a nil list if it means nothing
// outside of the program.
func (r *recorder) jobResult(j *Job) []byte {
	if data, ok := r.t.tryEncode([]any{j.result, j.err}); ok {
		return data
	}
	return r.t.encode([]any{typeName(j.result)})
}

// lookReplayed takes in the messages that the recording has in the middle of a handler.
func (t *tape) lookReplayed() {
	b := &t.k.inbox
	if b.draining {
		return
	}
	batch := t.in.messages(true)
	if batch.empty() {
		return
	}
	b.draining = true
	for m := range batch.all() {
		t.k.receive(m)
	}
	b.draining = false
}

// messages returns those that the recording has at this look.
func (p *player) messages(inHandler bool) (batch mail) {
	if p.stop != nil {
		panic(p.stop)
	}
	if p.pending == 0 && !p.r.More() && p.r.Err() == nil {
		return mail{} // what comes now decides
	}
	at, waits := p.position(recordfile.KindMessages)
	if !waits || at != p.t.sinceMessages(inHandler) {
		return mail{}
	}
	p.pending, p.t.lastMessages = 0, p.t.position(inHandler)
	for n := p.r.Count(); n > 0 && p.r.Err() == nil; n-- {
		m := p.message()
		if batch.full() {
			batch.extend(&mailPiece{})
		}
		batch.add(&m)
	}
	p.done()
	return batch
}

// message makes a message of the recording again.
func (p *player) message() message {
	k := p.t.k
	kind := recordfile.Arrival(p.r.Byte())
	x := &more{kind: kind}
	m := message{more: x}
	switch kind {
	case recordfile.ArrivalEvent, recordfile.ArrivalSent:
		m.event = p.r.Name()
		parts, _ := p.decode(p.r.Bytes()).([]any)
		if len(parts) != 2 {
			p.r.Damaged("a message has no destination")
			break
		}
		m.to = p.destination(parts[0])
		m.args, _ = parts[1].([]any)
		p.live.take(m.key(), 0) // the same one, if the program has sent it already
		if kind == recordfile.ArrivalSent {
			x.run = k.sentSignal(m.to, m.event, m.args)
		}
	case recordfile.ArrivalLive:
		x.kind, m.event = recordfile.Arrival(p.r.Byte()), p.r.Name()
		return p.liveMessage(m)
	case recordfile.ArrivalReady, recordfile.ArrivalWatch:
		x.handle = p.watched(p.r.Uint())
		if kind == recordfile.ArrivalWatch && x.handle != nil {
			h := x.handle
			x.handle, x.run = nil, func() { k.watchAgain(h) }
		}
	case recordfile.ArrivalJob:
		x.run = p.jobDone(p.r.Uint(), p.r.Bytes())
	case recordfile.ArrivalSignal:
		x.run = p.signal(syscall.Signal(p.r.Uint()), p.r.Name())
	case recordfile.ArrivalReap:
		x.run = k.reap
	case recordfile.ArrivalStop:
		x.run = k.Stop
	case recordfile.ArrivalContext:
		p.ctxErr = [...]error{context.Canceled, context.DeadlineExceeded}[p.r.Uint()&1]
		x.run = p.context
	case recordfile.ArrivalLost, recordfile.ArrivalRelease:
		if b := p.bindings[p.r.Uint()]; b != nil {
			b.freed.Store(true)
			if x.run = b.wasReleased; kind == recordfile.ArrivalLost {
				x.run = b.wasLost
			}
		}
	case recordfile.ArrivalHold:
		if h := p.holds[p.r.Uint()]; h != nil {
			h.freed.Store(true)
			x.run = h.wasReleased
		}
	default:
		p.r.Damaged("a message of a kind that does not exist")
	}
	if x.run == nil && x.handle == nil && kind != recordfile.ArrivalEvent {
		x.run = func() {} // what it meant is not there any more
	}
	return m
}

// watched finds the handle of a token.
func (p *player) watched(token uint64) *Handle {
	if t := &p.t.k.handles; token < uint64(t.size) {
		return t.at(int(token))
	}
	return nil
}

// liveMessage waits for what only the program has.
func (p *player) liveMessage(m message) message {
	sent, ok := p.live.take(m.key(), messagesWait)
	if !ok {
		p.diverge("has no goroutine that sends a message here", "a message of a goroutine of the program, whose contents could not be recorded: "+m.describe())
	}
	return sent
}

func (m *message) describe() string {
	if m.event != "" {
		return "the event " + m.event
	}
	return "a function"
}

// jobDone makes the end of a job again.
func (p *player) jobDone(num uint64, data []byte) func() {
	j := p.jobs[num]
	if j == nil {
		p.diverge("has no job number "+itoa(int(num)), "the end of that job")
	}
	delete(p.jobs, num)
	parts, _ := p.decode(data).([]any)
	if len(parts) != 2 {
		what := any("nothing")
		if len(parts) > 0 {
			what = parts[0]
		}
		p.halt(&recording.NotReplayable{What: "the job " + j.event, Type: fmt.Sprint(what)})
	}
	j.result = parts[0]
	j.err, _ = parts[1].(error)
	return j.bringHome
}

// signal makes a signal of the system again.
func (p *player) signal(n syscall.Signal, name string) func() {
	k := p.t.k
	return func() {
		c := &caughtSignal{run: k.signals.system, name: name}
		k.systemSignal(n, c)
	}
}
