package irc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gopoe/poe/component/irc"
)

// Lines a second from a server in memory, with and without the state, to a session
// that has registered for all events.
func BenchmarkLines(b *testing.B) {
	for name, config := range map[string]irc.Config{"plain": {Nick: "bot"}, "state": {Nick: "bot", State: true}} {
		b.Run(name, func(b *testing.B) {
			v := newFastEvil(b, config)
			v.say(":irc 001 bot :hi", ":bot!b@h JOIN #a", ":ann!a@h JOIN #a")
			v.run(time.Minute)
			const many = 500
			text := strings.Repeat(":ann!a@h PRIVMSG #a :a message of usual length, as people write them\r\n", many)
			b.ReportAllocs()
			b.ResetTimer()
			for i := 0; i < b.N; i += many {
				v.write(text)
			}
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
			v.shutdown()
		})
	}
}
