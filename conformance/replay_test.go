package conformance

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/gopoe/poe/kernel"
)

// tapes are the recordings of a program's kernels, in the order in which it makes
// them.
type tapes struct {
	recordings []*bytes.Buffer
	replays    []*kernel.Replay // nil while recording
}

// next sets what the next kernel records to or replays from.
func (t *tapes) next(o *kernel.Options) {
	switch {
	case t == nil:
	case t.replays == nil:
		b := &bytes.Buffer{}
		t.recordings = append(t.recordings, b)
		o.Recording = &kernel.Recording{Writer: b}
	case len(t.recordings) > 0:
		r := &kernel.Replay{From: t.recordings[0]}
		t.recordings = t.recordings[1:]
		t.replays = append(t.replays, r)
		o.Replay = r
	}
}

// notReplayable are the programs that cannot be replayed in this test, and why.
var notReplayable = map[string]string{}

// TestProgramsReplay records every port on every loop and replays it: it must
// print the same, and what its kernels do must be equal to the recordings.
func TestProgramsReplay(t *testing.T) {
	for _, loop := range loops() {
		for _, table := range tables {
			for name, run := range table {
				t.Run(loop+"/"+name, func(t *testing.T) {
					if why, ok := notReplayable[name]; ok {
						t.Skip(why)
					}
					recorded := &port{TB: t, loop: loop, tapes: &tapes{}}
					run(recorded)
					again := &port{TB: t, loop: loop, tapes: &tapes{recordings: recorded.tapes.recordings, replays: []*kernel.Replay{}}}
					func() {
						defer func() {
							if stop := recover(); stop != nil {
								t.Errorf("the replay was left by a panic: %v", stop)
							}
						}()
						run(again)
					}()
					if got, want := again.buf.String(), recorded.buf.String(); got != want {
						t.Errorf("the replay prints something else\n%s", diff(want, got))
					}
					for i, r := range again.tapes.replays {
						if result := r.Result(); !result.Equal {
							t.Error(fmt.Errorf("kernel %d: %+v", i, result))
						}
					}
				})
			}
		}
	}
}
