package link

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/kernel"
)

// conn is one connection to the broker, or the attempt to make one.
type conn struct {
	l       *Link
	tcp     *clienttcp.Client
	ready   bool // the broker has accepted it
	over    bool
	version string

	every, within  time.Duration // of heart-beats sent, and received; 0 is none
	written, read  uint64        // bytes when the timers last ran
	beats, listens kernel.AlarmID
}

// greet sends the first frame.
func (c *conn) greet() {
	if c.over {
		return
	}
	c.tcp.Wheel.Put(c.l.config.Greeting)
	c.listens = c.l.after("listen", c.l.config.Timeout, c.listen)
}

// frame is a frame of the broker.
func (c *conn) frame(f *stomp.Frame) {
	if c.over {
		return
	}
	c.l.Received++
	var err error
	switch {
	case !c.ready && f.Command == "CONNECTED":
		c.accepted(f)
	case c.ready || f.Command == "ERROR":
		err = c.l.config.Frame(f)
	default:
		err = Misplaced(f)
	}
	if err != nil {
		c.fail(err)
	}
}

// Misplaced is the error for a frame that a broker must not send.
func Misplaced(f *stomp.Frame) error {
	return fmt.Errorf("stompclient: the broker sends %s, which has no place here", f.Command)
}

// accepted begins the conversation.
func (c *conn) accepted(f *stomp.Frame) {
	c.ready = true
	c.l.Connections++
	if version, ok := f.Header("version"); ok {
		c.version = version
	}
	c.startHeartBeats(f)
	c.l.config.Ready(f)
}

// startHeartBeats agrees with the broker on heart-beats.
func (c *conn) startHeartBeats(f *stomp.Frame) {
	c.stopTimers()
	value, _ := f.Header("heart-beat")
	sends, wants, _ := strings.Cut(value, ",")
	own := c.l.config.HeartBeat
	c.every, c.within = agreed(own, wants), 2*agreed(own, sends)
	if c.every > 0 {
		c.beat()
	}
	if c.within > 0 {
		c.listen()
	}
}

// agreed is the longer interval of two, 0 if one side does not want any.
func agreed(own time.Duration, text string) time.Duration {
	milliseconds, err := strconv.ParseUint(text, 10, 31)
	if err != nil || milliseconds == 0 || own <= 0 {
		return 0
	}
	return max(own, time.Duration(milliseconds)*time.Millisecond)
}

// beat sends a heart-beat unless something was written. It runs twice as often as
// it must, since what was written just after one run would hide a pause.
func (c *conn) beat() {
	c.beats = 0
	if c.over || c.tcp.Wheel == nil {
		return
	}
	if written := c.tcp.Wheel.BytesWritten(); written != c.written {
		c.written = written
	} else if c.tcp.Wheel.OutOctets() == 0 {
		c.tcp.Wheel.Put(stomp.Heartbeat{})
	}
	c.beats = c.l.after("beat", c.every/2, c.beat)
}

// listen ends the connection if nothing has arrived.
func (c *conn) listen() {
	c.listens = 0
	switch {
	case c.over || c.tcp.Wheel == nil:
	case !c.ready:
		c.fail(ErrTimeout)
	case c.tcp.Wheel.BytesRead() == c.read:
		c.fail(ErrHeartBeat)
	default:
		c.read = c.tcp.Wheel.BytesRead()
		c.listens = c.l.after("listen", c.within, c.listen)
	}
}

func (c *conn) stopTimers() {
	c.l.service.RemoveAlarm(&c.beats)
	c.l.service.RemoveAlarm(&c.listens)
}

// fail ends the connection.
func (c *conn) fail(err error) {
	if !c.over {
		c.close()
		c.l.failed(c.ready, err)
	}
}

// close closes the connection, whatever is still to be written.
func (c *conn) close() {
	c.over = true
	c.stopTimers()
	if c.tcp != nil {
		c.tcp.Shutdown()
		c.tcp.Shutdown() // a second one drops output
	}
}
