package irc

import (
	"slices"
	"strings"
	"time"

	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/kernel"
)

// The priorities of lines: a lower one goes first when lines wait.
type priority int

const (
	priorityLogin  priority = 10
	priorityHigh   priority = 20
	priorityNormal priority = 30
)

// burst is how far the penalty of what was sent may run ahead of the time: the
// server's own measure, which cuts off who exceeds it.
const burst = 10 * time.Second

// sendQueue are the lines that wait, as the server hybrid counts: each line costs
// two seconds, and one for every 120 bytes.
type sendQueue struct {
	lines []queuedLine
	paid  time.Time // until when what was sent is paid for
	timer kernel.AlarmID
	full  bool // lines have been dropped since it was empty
}

type queuedLine struct {
	priority priority
	text     string
}

func penalty(line string) time.Duration {
	return 2*time.Second + time.Duration(len(line))*time.Second/120
}

// stop drops what waits.
func (q *sendQueue) stop(c *Client) {
	if q.timer != 0 {
		_, _ = c.k.AlarmRemove(q.timer)
	}
	*q = sendQueue{}
}

// Send sends a line to the server with the priority of PRIVMSG, after plugins
// have seen it. Text after a line break is dropped. POE: the event "quote".
func (c *Client) Send(line string) {
	c.inSession("irc_send", func() { c.send(priorityNormal, line) })
}

func (c *Client) quote(e kernel.Event, p priority) {
	c.send(p, strings.Join(texts(e.Args), " "))
}

// send gives a line to the plugins and then to the queue.
func (c *Client) send(p priority, line string) {
	ev := &Event{Name: commandOf(line), Args: []any{line}}
	goesOn := false
	c.within(func() { goesOn = c.pipeline.process(UserHook, ev) })
	if !goesOn || c.over {
		return
	}
	line = c.fit(oneLine(ev.Text(0)))
	switch q := &c.queue; {
	case line == "":
	case c.connected && (c.config.Flood || p == priorityLogin && !c.loggedIn): // servers do not count then
		c.put(line)
	case len(q.lines) > 0 || !c.connected || q.wait(c) > 0:
		c.enqueue(p, line)
	default:
		q.spend(c, line)
		c.put(line)
	}
}

// commandOf is the first word of a line in lower case, without tags.
func commandOf(line string) string {
	if strings.HasPrefix(line, "@") {
		_, line, _ = strings.Cut(line, " ")
	}
	word, _, _ := strings.Cut(strings.TrimLeft(line, " "), " ")
	return strings.ToLower(oneLine(word))
}

// fit cuts a line that is too long for the server to pass on.
func (c *Client) fit(line string) string {
	tags := ""
	if strings.HasPrefix(line, "@") {
		if i := strings.IndexByte(line, ' '); i > 0 {
			tags, line = line[:i+1], line[i+1:]
		}
	}
	return tags + ircutil.Truncate(line, max(c.config.MessageLength-len(c.nick), 64))
}

// wait returns how long a line has to wait.
func (q *sendQueue) wait(c *Client) time.Duration {
	if ahead := q.paid.Sub(c.k.Now()); ahead >= burst {
		return ahead - burst + 1
	}
	return 0
}

// spend counts a line.
func (q *sendQueue) spend(c *Client, line string) {
	if now := c.k.Now(); q.paid.Before(now) {
		q.paid = now
	}
	q.paid = q.paid.Add(penalty(line))
}

// enqueue makes a line wait, behind those of its priority.
func (c *Client) enqueue(p priority, line string) {
	q := &c.queue
	if len(q.lines) >= c.config.Limits.Queue {
		if !q.full {
			q.full = true
			c.warn("lines are dropped: the queue is full", "limit", c.config.Limits.Queue)
		}
		c.Emit("queue_full", line)
		return
	}
	i := len(q.lines)
	for i > 0 && p < q.lines[i-1].priority {
		i--
	}
	q.lines = slices.Insert(q.lines, i, queuedLine{p, line})
	c.schedule()
}

// schedule sets the timer for the line in front.
func (c *Client) schedule() {
	q := &c.queue
	if q.timer != 0 || len(q.lines) == 0 || !c.connected {
		return
	}
	q.timer, _ = c.k.Host().DelayFunc("irc_flood", q.wait(c), func(kernel.Event) {
		q.timer = 0
		c.drain()
	})
}

// drain sends what may go now.
func (c *Client) drain() {
	q := &c.queue
	for len(q.lines) > 0 && c.connected && (c.config.Flood || q.wait(c) == 0) {
		line := q.lines[0].text
		q.lines = q.lines[1:]
		q.spend(c, line)
		c.put(line)
	}
	q.full = q.full && len(q.lines) > 0
	c.schedule()
}

// maxOutput is how many bytes may wait to be written to a server which does not
// read.
const maxOutput = 1 << 20

// put writes a line.
func (c *Client) put(line string) {
	if c.tcp != nil && c.tcp.Wheel != nil && c.tcp.Wheel.OutOctets() > maxOutput {
		c.Disconnect()
		return
	}
	c.debug("sent", line)
	if c.config.Raw {
		c.Emit("raw_out", line)
	}
	if c.tcp != nil {
		c.tcp.PutText(line)
	}
}
