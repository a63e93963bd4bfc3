package servertcp

import "github.com/gopoe/poe/kernel"

// A turn of the kernel reads and writes everything that is ready before it does
// anything else, so a thousand peers that send as fast as they can would keep the
// others waiting for as long as it takes to handle a read of each. The connections of
// a server therefore share budgets for each turn, in units of work. A connection is
// light if its last read found little to do and emptied the socket, and heavy
// otherwise. Light and heavy ones have budgets of their own, and so have reads and
// writes, since what is done first would starve the rest; and those that share a
// budget which does not suffice for all are served in rounds.

// Units of work take about a third of a microsecond each.
const (
	heavyWork  = 3072 // of all heavy connections in one turn, in one mode
	lightWork  = 2 * heavyWork
	readWork   = 1024 // of one read
	littleWork = 64
	callWork   = 4 // a system call
	recordWork = 1
	boxedWork  = 8    // a record of a filter that makes values
	unitBytes  = 1024 // that are read, put or written
	boxedBytes = 128  // that such a filter reads

	leastWrite = 4 << 10

	// lightRead is how many bytes a light one may read. What fills it seems to be a part
	// of more, so it is no size that messages have.
	lightRead = 24 << 10
)

// lane is how the connections of one weight are served in one mode.
type lane struct {
	done    int // in this turn
	round   uint8
	skipped bool // in this turn, a connection that was not yet served in this round
	carried bool // the round has begun in an earlier turn
}

// work is how much the connections of a server have done in a turn.
type work struct {
	kernels *uint64 // the kernel's count of its turns
	turn    uint64
	lanes   [2][2]lane // by mode, and by weight: heavy, light
	total   int        // ever
	records int        // for records, not counted elsewhere yet

	before  int // total, before the current read
	output  int // bytes that waited then
	granted int // bytes that it may have
}

// pace is what a connection's last read was like.
type pace struct {
	light  bool
	round  [2]uint8 // by mode: the last one in which it was served
	perKiB uint16   // work for each KiB of input; 0 before the first read
}

// newPace returns the pace of a new connection: light, and not served in any round.
func (w *work) newPace() pace {
	return pace{light: true, round: [2]uint8{w.lanes[kernel.Read][1].round - 1, w.lanes[kernel.Write][1].round - 1}}
}

// lane returns the connection's lane, and the lane's budget.
func (w *work) lane(p *pace, m kernel.Mode) (l *lane, budget int) {
	if p.light {
		return &w.lanes[m][1], lightWork
	}
	return &w.lanes[m][0], heavyWork
}

// begin starts a turn if it is a new one.
func (w *work) begin() {
	if w.turn == *w.kernels {
		return
	}
	w.turn = *w.kernels
	for m := range w.lanes {
		for i := range w.lanes[m] {
			l := &w.lanes[m][i]
			if !l.skipped {
				l.round++ // all that wanted to be served were
			}
			l.done, l.carried, l.skipped = 0, l.skipped, false
		}
	}
}

// admits reports whether the connection may be served in this turn: a heavy one once
// in a round, and a light one, which may be asked more than once in a turn, unless the
// round has begun in an earlier one.
func (w *work) admits(p *pace, m kernel.Mode) bool {
	l, budget := w.lane(p, m)
	served := p.round[m] == l.round
	switch {
	case served && (!p.light || l.carried):
		return false
	case l.done >= budget:
		l.skipped = l.skipped || !served
		return false
	}
	p.round[m] = l.round
	return true
}

// add counts units of work, and those for records since the last call.
func (w *work) add(p *pace, m kernel.Mode, units int) {
	l, _ := w.lane(p, m)
	units += w.records
	w.records = 0
	l.done += units
	w.total += units
}

// easy reports whether the connection may be served in any case: it is light, and
// light ones are not served in rounds.
func (w *work) easy(p *pace, m kernel.Mode) bool {
	l := &w.lanes[m][1]
	return p.light && !l.carried && l.done < lightWork
}

// grantRead is tryRead for a connection that is served in any case.
func (c *Client) grantRead() int {
	w, p := &c.listener.work, &c.pace
	p.round[kernel.Read] = w.lanes[kernel.Read][1].round
	return c.grant(min(c.listener.shares().read, lightRead))
}

// grant grants a read of so many bytes, or fewer, and begins to count its work.
func (c *Client) grant(bytes int) int {
	w, p := &c.listener.work, &c.pace
	if p.perKiB == 0 { // each byte may be a record
		bytes = min(bytes, leastRead)
	}
	w.add(p, kernel.Read, 0)
	w.granted, w.before, w.output = bytes, w.total, c.outOctets()
	return bytes
}

// grantWrite is tryWrite for a connection that is served in any case.
func (c *Client) grantWrite() int {
	w, p := &c.listener.work, &c.pace
	w.add(p, kernel.Write, 0)
	l := &w.lanes[kernel.Write][1]
	p.round[kernel.Write] = l.round
	return l.writable(lightWork)
}

// tryRead returns how many bytes the connection may read now, 0 for none in this
// turn.
func (c *Client) tryRead() int {
	w, p := &c.listener.work, &c.pace
	if !w.admits(p, kernel.Read) {
		return 0
	}
	most := c.readShare()
	switch {
	case p.light:
		most = min(most, lightRead)
	case p.perKiB > 0:
		most = min(most, max(scantRead, readWork*1024/int(p.perKiB)))
	}
	return c.grant(most)
}

// countRead counts the work of a read.
func (c *Client) countRead(bytes int) {
	w, p := &c.listener.work, &c.pace
	work := callWork + bytes/unitBytes
	if in := inputOf(c); in != nil && in.Boxed() {
		work = callWork + bytes/boxedBytes
	}
	w.add(p, kernel.Read, work+max(0, c.outOctets()-w.output)/unitBytes)
	units := w.total - w.before // also what was written meanwhile
	p.light = units <= littleWork && bytes < w.granted
	// One read of long records does not mean that the next has no short ones.
	p.perKiB = uint16(min(max(1, units*1024/max(1, bytes), int(p.perKiB)/4), 1<<16-1))
}

// tryWrite returns how many bytes the connection may write now, 0 for none in this
// turn.
func (c *Client) tryWrite() int {
	w, p := &c.listener.work, &c.pace
	w.add(p, kernel.Write, 0)
	if !w.admits(p, kernel.Write) {
		return 0
	}
	l, budget := w.lane(p, kernel.Write)
	return l.writable(budget)
}

// writable returns how many bytes a connection of the lane may write of what is left of
// the budget.
func (l *lane) writable(budget int) int { return max(leastWrite, (budget-l.done)*unitBytes) }

// countWrite counts the work of a write.
func (c *Client) countWrite(bytes int) {
	c.listener.work.add(&c.pace, kernel.Write, callWork+bytes/unitBytes)
}

func (c *Client) outOctets() int {
	if c.Wheel == nil {
		return 0
	}
	return c.Wheel.OutOctets()
}
