// Package ratelimit limits bandwidth per connection and in total.
package ratelimit

import (
	"slices"
	"time"

	"golang.org/x/time/rate"

	"github.com/gopoe/poe/kernel"
)

// depth is how long a bucket takes to fill. A connection that has not asked for
// so long after its turn has come loses it: it is closed, or needs no more.
const depth = time.Second / 4

// Bucket is a limit that one or more connections share, in one direction. A
// connection that finds it empty waits in a queue. The nil Bucket is no limit.
type Bucket struct {
	limiter *rate.Limiter
	queue   []waiter
}

// waiter is a connection in the queue.
type waiter struct {
	who *Limiter
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

// reserve returns how many bytes a connection may move now, and if that is 0
// when to ask again.
func (b *Bucket) reserve(who *Limiter, now time.Time) (bytes int, retry time.Duration) {
	for len(b.queue) > 0 && b.queue[0].who != who && now.Sub(b.queue[0].due) > depth {
		b.queue = b.queue[1:]
	}
	there, share := b.limiter.TokensAt(now), b.share()
	at := slices.IndexFunc(b.queue, func(p waiter) bool { return p.who == who })
	switch {
	case len(b.queue) == 0 && there >= 1:
		return int(there), 0
	case at == 0 && there >= share-1e-6:
		if b.queue = b.queue[1:]; len(b.queue) > 0 {
			there = share
		}
		return max(1, int(there)), 0
	case at == 0:
		b.queue[0].due = now.Add(b.time(share - there))
	case at < 0:
		last := now.Add(-b.time(there))
		if n := len(b.queue); n > 0 {
			last = b.queue[n-1].due
		}
		at = len(b.queue)
		b.queue = append(b.queue, waiter{who, last.Add(b.time(share))})
	}
	return 0, max(5*time.Millisecond, b.queue[at].due.Sub(now))
}

// share is what a connection gets at a time, so that each in the queue has a turn in
// a second.
func (b *Bucket) share() float64 {
	return max(1, float64(b.limiter.Limit())/float64(max(8, len(b.queue))))
}

// time is how long it takes to get so many bytes.
func (b *Bucket) time(bytes float64) time.Duration {
	return time.Duration(bytes / float64(b.limiter.Limit()) * float64(time.Second))
}

// Limiter limits one connection. It is a readwrite.RateLimiter.
type Limiter struct {
	k       *kernel.Kernel
	buckets [2][2]*Bucket // by mode: its own, and the shared one
}

// New makes the limiter of a connection from buckets for reading and for writing,
// its own and the shared ones; nil if there are none at all.
func New(k *kernel.Kernel, read, write, allRead, allWrite *Bucket) *Limiter {
	if read == nil && write == nil && allRead == nil && allWrite == nil {
		return nil
	}
	return &Limiter{k: k, buckets: [2][2]*Bucket{kernel.Read: {read, allRead}, kernel.Write: {write, allWrite}}}
}

// Reserve is what the scarcer bucket has.
func (p *Limiter) Reserve(m kernel.Mode) (bytes int, rest time.Duration) {
	bytes = 1 << 30
	now := p.k.Now()
	for _, b := range p.buckets[m] {
		if b == nil {
			continue
		}
		there, wait := b.reserve(p, now)
		if there == 0 {
			return 0, wait
		}
		bytes = min(bytes, there)
	}
	return bytes, 0
}

// Consumed takes the bytes out of the buckets.
func (p *Limiter) Consumed(m kernel.Mode, bytes int) {
	now := p.k.Now()
	for _, b := range p.buckets[m] {
		if b != nil {
			b.limiter.AllowN(now, bytes)
		}
	}
}
