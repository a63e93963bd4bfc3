package ikc

import (
	"errors"
	"fmt"
	"io"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// channel is a connection to another kernel. POE::Component::IKC::Channel.
type channel struct {
	r        *Responder
	number   uint64 // of the connections of r, in order
	wheel    *readwrite.Wheel
	shutdown func()    // ends the connection when what waits is written
	session  kernel.ID // that the connection belongs to
	owned    kernel.Owned
	peer     string // its address, for names

	talk   *negotiation // nil once that is done
	timer  kernel.AlarmID
	ready  func(ch *channel)            // called when the negotiation is done
	fail   func(ch *channel, err error) // called with the error if it failed
	broken func()                       // called if the end is because of an error

	id      string   // of the other kernel, once it is registered
	names   []string // its other names
	ended   bool
	senders senders
}

// open takes a new connection on. The active session is the connection's.
func (r *Responder) open(ch *channel) error {
	ch.r, ch.session = r, r.k.ActiveSession()
	ch.senders.known = map[Specifier]*proxy{}
	switch {
	case r.closed:
		return ErrShutdown
	case len(r.channels) >= r.config.MaxKernels:
		return &LimitError{"MaxKernels", r.config.MaxKernels}
	}
	var err error
	if ch.owned, err = r.k.Host().Own(ch, "ikc channel"); err != nil {
		return err
	}
	r.opened++
	ch.number = r.opened
	r.channels[ch] = struct{}{}
	ch.timer, err = r.k.Host().DelayFunc("ikc negotiation", r.config.NegotiationTimeout, func(kernel.Event) {
		ch.timer = 0
		ch.failed(fmt.Errorf("%w: %w", ErrNegotiation, ErrTimeout))
	})
	return err
}

// negotiate begins the conversation.
func (r *Responder) negotiate(ch *channel, client bool, p Protocol) {
	names := append([]string{r.self, r.config.Name}, r.config.Aliases...)
	ch.talk = &negotiation{config: &r.config, client: client, names: names}
	if client {
		ch.putLines(ch.talk.open(p))
	}
}

// putLines writes lines of the negotiation.
func (ch *channel) putLines(lines []string) {
	for _, line := range lines {
		if _, err := ch.wheel.TryPut(line); err != nil {
			ch.failed(err)
			return
		}
	}
}

// received acts on a record: lines at first, then messages.
func (ch *channel) received(record any) {
	switch {
	case ch.ended:
	case ch.talk != nil:
		ch.receivedLine(record)
	default:
		ch.r.receivedMessage(ch, record)
	}
}

// receivedLine continues the negotiation.
func (ch *channel) receivedLine(record any) {
	line, ok := record.(string)
	if !ok || line == "" { // a CR and an LF that came apart
		return
	}
	answer, err := ch.talk.receive(line)
	done := err == nil && ch.talk.step == stepDone
	if ch.putLines(answer); err != nil {
		ch.failed(err)
		return
	}
	if done && !ch.ended {
		ch.negotiated()
	}
}

// negotiated makes the connection ready.
func (ch *channel) negotiated() {
	framing, err := ch.r.config.newFilter(*ch.talk.freezer)
	if err == nil {
		err = ch.r.register(ch, ch.talk.peer)
	}
	if err != nil {
		ch.failed(err)
		return
	}
	ch.talk = nil
	ch.stopTimer()
	ch.wheel.SetOutputFilter(framing)
	if ch.ready != nil {
		ch.ready(ch)
	}
	if !ch.ended && !ch.wheel.Closed() {
		ch.wheel.SetInputFilter(framing.Clone()) // messages may wait behind the last line
	}
}

func (ch *channel) stopTimer() {
	if ch.timer != 0 {
		// It may be the timer that has just fired.
		_ = ch.r.k.Host().CallFunc(ch.session, "ikc", func(kernel.Event) { _, _ = ch.r.k.AlarmRemove(ch.timer) })
		ch.timer = 0
	}
}

// put sends a message.
func (ch *channel) put(m *message) error {
	switch {
	case ch.ended || ch.wheel == nil || ch.wheel.Closed():
		return ErrGone
	case ch.wheel.OutOctets() >= ch.r.config.MaxPending:
		return ErrBusy
	}
	_, err := ch.wheel.TryPut(m.record())
	return err
}

// connectionError is the text that the components report.
func (ch *channel) connectionError(err *kernel.OpError) {
	if errors.Is(err, io.EOF) {
		ch.over(ErrGone)
		return
	}
	why := err.Err
	if ch.talk == nil {
		why = ch.r.config.asLimit(why)
	}
	ch.failed(fmt.Errorf("%s: %w", err.Op, why))
}

// failed ends a connection because of an error.
func (ch *channel) failed(err error) {
	if ch.ended {
		return
	}
	ch.r.problem(ErrorChannel, ch.subject(), err)
	if ch.broken != nil && ch.wheel != nil {
		ch.wheel.Flush()
		ch.broken()
	}
	ch.end()
	ch.over(err)
}

// subject is whom an error is about.
func (ch *channel) subject() string {
	if ch.id != "" {
		return ch.id
	}
	return "*"
}

// end closes the connection when what waits is written.
func (ch *channel) end() {
	if !ch.ended && ch.shutdown != nil {
		ch.shutdown()
	}
}

// over is the end of the connection for everybody else.
func (ch *channel) over(err error) {
	if ch.ended {
		return
	}
	ch.ended = true
	ch.owned.Release()
	ch.stopTimer()
	r := ch.r
	delete(r.channels, ch)
	registered := ch.id != ""
	r.unregister(ch)
	r.failCalls(func(c *call) bool { return c.ch == ch }, fmt.Errorf("%w: %w", ErrGone, err))
	ch.senders.drop()
	r.dropSubscriptions(ch)
	if !registered && ch.fail != nil {
		ch.fail(ch, err)
	}
}

// Close is called by the kernel when the connection's session has stopped.
func (ch *channel) Close() error {
	ch.wheel = nil
	ch.over(ErrGone)
	return nil
}

// newLines makes the filter of the negotiation.
func newLines() filter.Filter {
	f, err := filter.NewLine(filter.LineConfig{Autodetect: true, MaxLength: maxLine, MaxBuffer: 1 << 20})
	if err != nil {
		panic(err) // the configuration is a constant
	}
	return f
}

// maxLine is how long a line of the negotiation may be.
const maxLine = 64 << 10
