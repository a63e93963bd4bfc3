package servertcp

import "github.com/gopoe/poe/kernel"

// A turn of the kernel reads and writes everything that is ready before it does
// anything else, so a thousand peers that send as fast as they can would keep the
// others waiting for as long as it takes to handle a read of each. The connections of
// a server therefore share a budget for each turn, in units of work. One whose last
// read found little to do and emptied the socket is served in any case; the rest are
// served in rounds, as far as the budget goes, and wait for the next turn otherwise.

// Units of work take about a third of a microsecond each.
const (
	turnWork   = 4096 // of all connections in one turn
	readWork   = turnWork / 4
	lightWork  = turnWork / 64 // what a read makes that is little
	callWork   = 4             // a read and the write of its answers
	recordWork = 1
	boxedWork  = 8    // a record of a filter that makes values
	unitBytes  = 1024 // that are read, and answered
	boxedBytes = 128  // that such a filter reads
	writeBytes = 256  // that are written: the system finds memory for them
	leastWrite = 4 << 10
)

// work is how much the connections of a server have done in a turn.
type work struct {
	turn    uint64
	round   [2]uint8 // by mode: of reads, and of writes
	skipped [2]bool  // a connection that was not yet served in this round
	done    int      // in this turn
	records int      // work for records that is not in done yet
	granted int      // bytes that the current read may have
	output  int      // bytes that waited before it
}

// pace is what a connection's last reads were like.
type pace struct {
	light  bool
	round  [2]uint8 // by mode: the last one in which it was served
	perKiB uint16   // work for each KiB of input; 0 before the first read
}

// begin starts a turn if it is a new one.
func (w *work) begin(turn uint64) {
	if w.turn == turn {
		return
	}
	for m, skipped := range w.skipped {
		if !skipped {
			w.round[m]++ // all that wanted to be served were
		}
	}
	w.turn, w.done, w.skipped, w.records = turn, 0, [2]bool{}, 0
}

// admits reports whether the connection may be served in this turn.
func (w *work) admits(p *pace, m kernel.Mode) bool {
	switch {
	case p.light:
		return true
	case p.round[m] == w.round[m] && p.perKiB > 0:
		return false
	case w.done >= turnWork:
		w.skipped[m] = true
		return false
	}
	p.round[m] = w.round[m]
	return true
}

// turnShare returns how many bytes the connection may read now, 0 for none in this
// turn.
func (c *Client) turnShare() int {
	w := &c.listener.work
	w.begin(c.Kernel.Stats().Turns)
	if !w.admits(&c.pace, kernel.Read) {
		return 0
	}
	w.granted = c.readShare()
	switch {
	case c.pace.light:
	case c.pace.perKiB == 0: // each byte may be a record
		w.granted = min(w.granted, leastRead)
	default:
		w.granted = min(w.granted, max(scantRead, readWork*1024/int(c.pace.perKiB)))
	}
	w.take()
	w.output = c.outOctets()
	return w.granted
}

// take counts the work for records since the last call, and returns it.
func (w *work) take() (units int) {
	units, w.records = w.records, 0
	w.done += units
	return units
}

// countRead counts the work of a read.
func (c *Client) countRead(bytes int) {
	w := &c.listener.work
	each := unitBytes
	if c.input != nil && c.input.Boxed() {
		each = boxedBytes
	}
	units := callWork + bytes/each + max(0, c.outOctets()-w.output)/unitBytes
	w.done += units
	units += w.take()
	c.pace.light = units <= lightWork && bytes < w.granted
	c.pace.perKiB = uint16(min(max(1, units*1024/max(1, bytes)), 1<<16-1))
}

// writeShare returns how many bytes the connection may write now, 0 for none in this
// turn.
func (c *Client) writeShare() int {
	w := &c.listener.work
	w.begin(c.Kernel.Stats().Turns)
	if w.take(); !w.admits(&c.pace, kernel.Write) {
		return 0
	}
	return max(leastWrite, (turnWork-w.done)*writeBytes)
}

// countWrite counts the work of a write.
func (c *Client) countWrite(bytes int) { c.listener.work.done += callWork + bytes/writeBytes }

func (c *Client) outOctets() int {
	if c.Wheel == nil {
		return 0
	}
	return c.Wheel.OutOctets()
}
