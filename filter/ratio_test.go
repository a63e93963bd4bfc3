package filter_test

import (
	"bytes"
	"math"
	"testing"
	"time"

	"github.com/gopoe/poe/filter"
)

// BenchmarkLineRatio compares the zero-copy form of Line with the barest loop
// over the same lines, turn by turn in one run: "x-bare" is how many times as
// long it takes. The quickest turn of each counts, so that a machine that is
// busy with other things does not.
func BenchmarkLineRatio(b *testing.B) {
	for _, c := range []struct {
		name, end string
		filter    filter.Filter
	}{
		{"LF", "\n", lineOf(filter.LineConfig{Literal: "\n"})()},
		{"CRLF", "\r\n", lineOf(filter.LineConfig{Literal: "\r\n"})()},
		{"any/LF", "\n", filter.Lines()},
		{"any/CRLF", "\r\n", filter.Lines()},
		{"any/CR", "\r", filter.Lines()},
	} {
		b.Run(c.name, func(b *testing.B) {
			stream, last := lines(c.end), c.end[len(c.end)-1]
			bare, ours := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
			for b.Loop() {
				bare = min(bare, quickest(func() { bareLoop(stream, last) }))
				ours = min(ours, quickest(func() { decodeAll(b, c.filter.(filter.BytesDecoder), stream) }))
			}
			b.ReportMetric(float64(ours)/float64(bare), "x-bare")
			b.ReportMetric(float64(ours.Nanoseconds())/float64(len(stream)/64), "ns/line")
		})
	}
}

// quickest times a few turns and returns the shortest.
func quickest(turn func()) time.Duration {
	shortest := time.Duration(math.MaxInt64)
	for range 5 {
		start := time.Now()
		turn()
		shortest = min(shortest, time.Since(start))
	}
	return shortest
}

// bareLoop finds every line and does nothing with it but add up its length.
func bareLoop(stream []byte, end byte) (sum int) {
	for buf := stream; len(buf) > 0; {
		i := bytes.IndexByte(buf, end)
		if i < 0 {
			break
		}
		sum += len(buf[:i])
		buf = buf[i+1:]
	}
	return sum
}

// decodeAll does the same with a filter.
func decodeAll(b *testing.B, f filter.BytesDecoder, stream []byte) (sum int) {
	for buf := stream; len(buf) > 0; {
		rec, n, err := f.DecodeBytes(buf)
		if err != nil {
			b.Fatal(err)
		}
		sum += len(rec)
		buf = buf[n:]
	}
	return sum
}
