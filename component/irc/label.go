package irc

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/gopoe/poe/kernel"
)

// The limits of requests: how many may be under way, how many messages an answer
// may have, and how long to wait for it.
const (
	maxRequests = 256
	maxReplies  = 4096
	requestWait = 30 * time.Second
)

// Reply is the answer to a request.
type Reply struct {
	// Line is the line that was sent, Messages the answer of the server, which
	// may be empty.
	Line     string
	Messages []*Message
	// Err is nil, ErrNoLabels, ErrDisconnected or ErrNoReply; Messages then has
	// what arrived before the error.
	Err error
}

// The errors of requests, in Reply.Err. ErrNoLabels also means that 256
// requests are waiting already; ErrNoReply means that there was no answer
// within 30 seconds, or one of more than 4096 messages.
var (
	ErrNoLabels = errors.New("irc: the server does not have labeled-response")
	ErrNoReply  = errors.New("irc: no answer in time, or too long a one")
)

// labels are the requests under way by their label.
type labels struct {
	serial  uint64
	waiting map[string]*request
}

type request struct {
	asker kernel.ID
	event string
	reply Reply
	batch string // the reference of the batch with the answer
	timer func()
}

// requestTag keeps those who wait for an answer alive.
const requestTag = "irc request"

// Request sends a line and posts an event with a *Reply to the active session
// when it is answered. The server marks the messages that belong to the answer,
// which requires the capability labeled-response. The session is kept alive
// until then. Request returns an error that wraps kernel.ErrInvalid if no
// session is active or event is empty; other errors are in the Reply.
func (c *Client) Request(line, event string) error {
	asker := c.k.ActiveSession()
	if asker == c.k.ID() || event == "" {
		return fmt.Errorf("irc: Request: %w", kernel.ErrInvalid)
	}
	c.inSession("irc_request", func() { c.request(asker, line, event) })
	return nil
}

// requestEvent is Request as an event: the line and the event.
func (c *Client) requestEvent(e kernel.Event) {
	line, _ := kernel.ArgOK[string](e, 0)
	event, _ := kernel.ArgOK[string](e, 1)
	if line == "" || event == "" {
		c.warn("send_request needs a line and an event", "args", e.Args)
		return
	}
	c.request(e.Sender, line, event)
}

func (c *Client) request(asker kernel.ID, line, event string) {
	r := &request{asker: asker, event: event, reply: Reply{Line: line}}
	if !c.login.enabled["labeled-response"] || len(c.labels.waiting) >= maxRequests {
		r.reply.Err = ErrNoLabels
		_ = c.k.Post(asker, event, &r.reply)
		return
	}
	if _, err := c.k.RefcountIncrement(asker, requestTag); err != nil {
		return
	}
	l := &c.labels
	l.serial++
	label := strconv.FormatUint(l.serial, 36)
	if l.waiting == nil {
		l.waiting = map[string]*request{}
	}
	l.waiting[label] = r
	r.timer = c.AfterFunc(requestWait, func() { c.answer(label, ErrNoReply) })
	c.send(priorityHigh, "@label="+label+" "+line)
}

// answer ends a request.
func (c *Client) answer(label string, err error) {
	r := c.labels.waiting[label]
	if r == nil {
		return
	}
	delete(c.labels.waiting, label)
	r.timer()
	r.reply.Err = err
	_ = c.k.Post(r.asker, r.event, &r.reply)
	_, _ = c.k.RefcountDecrement(r.asker, requestTag)
}

// fail ends all requests.
func (l *labels) fail(c *Client, err error) {
	for _, label := range slices.Sorted(maps.Keys(l.waiting)) {
		c.answer(label, err)
	}
}

// collect gathers what belongs to an answer.
func (l *labels) collect(c *Client, m *Message) {
	if len(l.waiting) == 0 {
		return
	}
	if label, ok := m.Tag("label"); ok {
		if r := l.waiting[label]; r != nil {
			l.begin(c, label, r, m)
		}
		return
	}
	for label, r := range l.waiting {
		if r.batch != "" {
			l.within(c, label, r, m)
		}
	}
}

// begin is the first message of an answer: the only one, or a batch.
func (l *labels) begin(c *Client, label string, r *request, m *Message) {
	switch {
	case m.Command == "ACK":
		c.answer(label, nil)
	case m.Command == "BATCH" && len(m.Param(0)) > 1 && m.Param(0)[0] == '+':
		r.batch = m.Param(0)[1:]
	default:
		r.reply.Messages = append(r.reply.Messages, m)
		c.answer(label, nil)
	}
}

// within is a message of a batch, or the batch's end.
func (l *labels) within(c *Client, label string, r *request, m *Message) {
	if m.Command == "BATCH" && m.Param(0) == "-"+r.batch {
		c.answer(label, nil)
		return
	}
	if reference, _ := m.Tag("batch"); reference != r.batch {
		return
	}
	if len(r.reply.Messages) >= maxReplies {
		c.answer(label, ErrNoReply)
		return
	}
	r.reply.Messages = append(r.reply.Messages, m)
}
