package irc_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/gopoe/poe/component/irc"
)

// BenchmarkChannels follows ten thousand channels, each with the client and one of a
// hundred others; B/channel is the memory that one needs.
func BenchmarkChannels(b *testing.B) {
	const channels = 10_000
	var used int64
	for b.Loop() {
		v := newFastEvil(b, irc.Config{Nick: "bot", State: true, Limits: irc.Limits{Queue: 10 * channels, Channels: channels}})
		v.say(":irc 001 bot :hi")
		before := heap()
		for i := range channels {
			v.say(fmt.Sprintf(":bot!b@h JOIN #c%d", i), fmt.Sprintf(":u%d!u@h JOIN #c%d", i%100, i))
		}
		used += heap() - before
		v.shutdown()
	}
	b.ReportMetric(float64(used)/float64(channels*b.N), "B/channel")
}

// heap returns how much memory is in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
