//go:build unix

package readwrite_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// stream is lines on their way to a wheel, written in pieces of any size.
type stream struct {
	want, got []string
	left      string // that is to be written
	to        *kernel.Handle
}

// newStream makes lines of which some are long, in a row or among short ones.
func newStream(random *rand.Rand, to *kernel.Handle) *stream {
	s := &stream{to: to}
	for i := range 20 + random.IntN(60) {
		size := random.IntN(200)
		switch random.IntN(4) {
		case 0:
			size = 14<<10 + random.IntN(3<<10)
		case 1:
			size = random.IntN(80 << 10)
		}
		s.want = append(s.want, numbered(i, size))
	}
	s.left = strings.Join(s.want, "\n") + "\n"
	return s
}

// write writes a piece, and reports whether more is left.
func (s *stream) write(t *testing.T, random *rand.Rand) (more bool) {
	n, err := s.to.Write([]byte(s.left[:min(len(s.left), 1+random.IntN(40<<10))]))
	if !errors.Is(err, kernel.ErrWouldBlock) {
		require.NoError(t, err)
	}
	s.left = s.left[n:]
	return s.left != ""
}

// Lines of any lengths in pieces of any sizes are what was sent, and stay so: among
// several wheels of a kernel, whose handlers put output, run turns, change the filter
// and stop reading for a while.
func TestLinesOfAnyLengths(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 0))
			k := kernel.New()
			var streams []*stream
			_, err := session.Inline(k, session.Funcs{
				"_start": func(kernel.Event) {
					for range 3 {
						near, far := pair(t)
						s := newStream(random, far)
						streams = append(streams, s)
						s.receive(t, k, random, near)
					}
					k.Yield("write")
				},
				"write": func(kernel.Event) {
					more := false
					for _, s := range streams {
						more = s.left != "" && s.write(t, random) || more
					}
					if more {
						k.Yield("write")
					}
				},
				"resume": func(e kernel.Event) { kernel.Arg[*readwrite.Wheel](e, 0).ResumeInput() },
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			for _, s := range streams {
				require.Equal(t, len(s.want), len(s.got))
				for i := range s.want {
					require.True(t, s.want[i] == s.got[i], "line %d of %d bytes", i, len(s.want[i]))
				}
			}
		})
	}
}

// receive makes the wheel that gets the lines.
func (s *stream) receive(t *testing.T, k *kernel.Kernel, random *rand.Rand, from *kernel.Handle) {
	got := func(w *readwrite.Wheel, line string) {
		s.got = append(s.got, line)
		switch random.IntN(8) {
		case 0:
			w.PutText(line[:min(len(line), 100)])
			drain(s.to)
		case 1:
			w.SetInputFilter(lines(t, "\n"))
		case 2:
			w.PauseInput()
			k.Yield("resume", w)
		case 3:
			k.Yield("resume", w) // an event, so that the turn does not sleep
			_, err := k.RunOneTimeslice()
			require.NoError(t, err)
		}
		if len(s.got) == len(s.want) {
			w.Close()
		}
	}
	events := readwrite.Funcs{Text: got}
	if random.IntN(4) == 0 {
		events = readwrite.Funcs{Bytes: func(w *readwrite.Wheel, line []byte) { got(w, string(line)) }}
	}
	newWheel(t, k, readwrite.Config{Handle: from, Filter: lines(t, "\n"), EagerOutput: random.IntN(2) == 0, Events: events})
}
