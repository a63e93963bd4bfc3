package conformance

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/recording"
)

// tapes are the recordings of the kernels that a program makes, in order.
type tapes struct {
	files   []*bytes.Buffer
	replays []*kernel.Replay
	replay  bool
	dir     string // of the program's files
}

// options sets what the next kernel of a program records to or is replayed from.
func (ts *tapes) options(o *kernel.Options) {
	if ts == nil {
		return
	}
	if !ts.replay {
		file := &bytes.Buffer{}
		ts.files = append(ts.files, file)
		o.Recording = &kernel.Recording{Writer: file}
		return
	}
	n := len(ts.replays)
	if n == len(ts.files) {
		panic(errors.New("the program makes a kernel of which there is no recording"))
	}
	o.Replay = &kernel.Replay{From: bytes.NewReader(ts.files[n].Bytes())}
	ts.replays = append(ts.replays, o.Replay)
}

// TestReplays records programs on every loop and replays the recordings: all of
// them, POE_REPLAYS times, or without that variable a part of them, once. Each
// replay must be equal to the recording, and the program must print the same.
func TestReplays(t *testing.T) {
	times, _ := strconv.Atoi(os.Getenv("POE_REPLAYS"))
	var names []string
	programs := map[string]func(*port){}
	for _, table := range tables {
		maps.Copy(programs, table)
	}
	for n, loop := range loops() {
		for i, name := range slices.Sorted(maps.Keys(programs)) {
			if times > 0 || i%8 == 4*n {
				names = append(names, loop+"/"+name)
			}
		}
	}
	for _, name := range names {
		loop, program, _ := strings.Cut(name, "/")
		t.Run(name, func(t *testing.T) { checkReplays(t, loop, programs[program], max(times, 1)) })
	}
}

// checkReplays records a program and replays it some times.
func checkReplays(t *testing.T, loop string, run func(*port), times int) {
	first := &port{TB: t, loop: loop, tapes: &tapes{}}
	run(first)
	want := first.buf.String()
	for range times {
		again := &port{TB: t, loop: loop, tapes: &tapes{files: first.tapes.files, replay: true, dir: first.tapes.dir}}
		assert.NoError(t, again.replay(run))
		assert.Len(t, again.tapes.replays, len(first.tapes.files), "kernels")
		for i, r := range again.tapes.replays {
			result := r.Result()
			assert.NoError(t, result.Err, "kernel %d", i)
			assert.True(t, result.Equal, "kernel %d ends after %d events", i, result.Events)
		}
		if got := again.buf.String(); got != want {
			t.Fatalf("the replay prints something else\n%s", diff(want, got))
		}
	}
}

// replay runs a program and returns what has stopped it.
func (p *port) replay(run func(*port)) (stopped error) {
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case error:
			if errors.Is(thrown, recording.ErrEnds) {
				return
			}
			stopped = thrown
		default:
			panic(thrown)
		}
	}()
	run(p)
	return nil
}
