package metrics

import (
	"iter"
	"math/bits"
	"time"
)

// The buckets of a histogram: four to each power of two from 128 ns to 68 s, so
// that a quantile is wrong by less than a fifth; one below and one above.
const (
	subBits  = 2
	firstLog = 7
	lastLog  = 35
	buckets  = (lastLog-firstLog+1)<<subBits + 2
)

// Histogram counts durations in buckets of exponential width. Its size is
// fixed. The zero Histogram is empty. It has no pointers: a copy is
// independent.
type Histogram struct {
	Count   uint64
	Sum     time.Duration
	Max     time.Duration
	buckets [buckets]uint64
}

// Add counts one duration. Negative ones count as 0.
func (h *Histogram) Add(d time.Duration) {
	d = max(0, d)
	h.Count++
	h.Sum += d
	h.Max = max(h.Max, d)
	h.buckets[bucketOf(d)]++
}

func bucketOf(d time.Duration) int {
	log := bits.Len64(uint64(d)) - 1
	switch {
	case log < firstLog:
		return 0
	case log > lastLog:
		return buckets - 1
	}
	sub := int(uint64(d)>>(log-subBits)) & (1<<subBits - 1)
	return 1 + (log-firstLog)<<subBits + sub
}

// upper is the duration below which those of bucket i are; of the last bucket
// there is none.
func upper(i int) time.Duration {
	if i == 0 {
		return 1 << firstLog
	}
	i--
	log, sub := firstLog+i>>subBits, i&(1<<subBits-1)
	return time.Duration(1<<log + (sub+1)<<(log-subBits))
}

// Quantile returns the duration which the fraction q of those counted do not
// exceed: 0.5 is the median. It is the upper bound of a bucket, at most Max; 0
// for an empty histogram.
func (h *Histogram) Quantile(q float64) time.Duration {
	want, seen := uint64(q*float64(h.Count)+0.5), uint64(0)
	for i, n := range h.buckets {
		if seen += n; n > 0 && seen >= want {
			if i == buckets-1 {
				break
			}
			return min(upper(i), h.Max)
		}
	}
	return h.Max
}

// Mean returns the mean, 0 for an empty histogram.
func (h *Histogram) Mean() time.Duration {
	if h.Count == 0 {
		return 0
	}
	return h.Sum / time.Duration(h.Count)
}

// Cumulative yields the upper bound of each bucket but the last, which has
// none, and the number of durations below it.
func (h *Histogram) Cumulative() iter.Seq2[time.Duration, uint64] {
	return func(yield func(time.Duration, uint64) bool) {
		n := uint64(0)
		for i := range buckets - 1 {
			n += h.buckets[i]
			if !yield(upper(i), n) {
				return
			}
		}
	}
}
