// Package pace holds connections down to so many bytes a second, each by itself
// and all together.
package pace

import (
	"slices"
	"time"

	"golang.org/x/time/rate"

	"github.com/gopoe/poe/kernel"
)

// depth is how long a bucket takes to fill. A connection that waits in vain for
// so long after its time has come loses its place: it has gone, or wants no more.
const depth = time.Second / 4

// Bucket is a limit that one or more connections share, in one direction. Those
// who find it empty stand in line. The nil Bucket is no limit.
type Bucket struct {
	limiter *rate.Limiter
	line    []place
}

// place is a place in the line.
type place struct {
	who *Pace
	due time.Time // its turn
}

// NewBucket makes a bucket for so many bytes a second, nil for 0.
func NewBucket(perSecond int) *Bucket {
	if perSecond == 0 {
		return nil
	}
	burst := max(1, int(float64(perSecond)*depth.Seconds()))
	return &Bucket{limiter: rate.NewLimiter(rate.Limit(perSecond), burst)}
}

// room is how many bytes one may move now, and without any when to ask again.
func (b *Bucket) room(who *Pace, now time.Time) (bytes int, rest time.Duration) {
	for len(b.line) > 0 && b.line[0].who != who && now.Sub(b.line[0].due) > depth {
		b.line = b.line[1:]
	}
	there, share := b.limiter.TokensAt(now), b.share()
	at := slices.IndexFunc(b.line, func(p place) bool { return p.who == who })
	switch {
	case len(b.line) == 0 && there >= 1:
		return int(there), 0
	case at == 0 && there >= share-1e-6:
		if b.line = b.line[1:]; len(b.line) > 0 {
			there = share
		}
		return max(1, int(there)), 0
	case at == 0:
		b.line[0].due = now.Add(b.time(share - there))
	case at < 0:
		last := now.Add(-b.time(there))
		if n := len(b.line); n > 0 {
			last = b.line[n-1].due
		}
		at = len(b.line)
		b.line = append(b.line, place{who, last.Add(b.time(share))})
	}
	return 0, max(5*time.Millisecond, b.line[at].due.Sub(now))
}

// share is what one gets at a time, so that everybody in the line has a turn in
// a second.
func (b *Bucket) share() float64 {
	return max(1, float64(b.limiter.Limit())/float64(max(8, len(b.line))))
}

// time is how long it takes to get so many bytes.
func (b *Bucket) time(bytes float64) time.Duration {
	return time.Duration(bytes / float64(b.limiter.Limit()) * float64(time.Second))
}

// Pace is the pace of one connection, or of one that shares its buckets. It is
// a readwrite.RateLimiter.
type Pace struct {
	k       *kernel.Kernel
	buckets [2][2]*Bucket // by mode: its own, and everybody's
}

// New makes the pace of a connection from buckets for reading and for writing,
// its own and everybody's; nil if there are none at all.
func New(k *kernel.Kernel, read, write, allRead, allWrite *Bucket) *Pace {
	if read == nil && write == nil && allRead == nil && allWrite == nil {
		return nil
	}
	return &Pace{k: k, buckets: [2][2]*Bucket{kernel.Read: {read, allRead}, kernel.Write: {write, allWrite}}}
}

// Reserve returns what the scarcer bucket has.
func (p *Pace) Reserve(m kernel.Mode) (bytes int, rest time.Duration) {
	bytes = 1 << 30
	now := p.k.Now()
	for _, b := range p.buckets[m] {
		if b == nil {
			continue
		}
		there, wait := b.room(p, now)
		if there == 0 {
			return 0, wait
		}
		bytes = min(bytes, there)
	}
	return bytes, 0
}

// Consumed takes the bytes out of the buckets.
func (p *Pace) Consumed(m kernel.Mode, bytes int) {
	now := p.k.Now()
	for _, b := range p.buckets[m] {
		if b != nil {
			b.limiter.AllowN(now, bytes)
		}
	}
}
