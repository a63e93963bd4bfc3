package poetest

import (
	"errors"
	"log/slog"
	"os"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/recording"
)

// Replay replays a recorded run of a program and fails the test if the program
// behaves differently: so a failure that was recorded once becomes a regression
// test. setup makes the program's sessions, as its main function does before
// Run. The recording must be one of a kernel without Options.Clock. options are
// the program's own; at most one may be given, without Clock, and its Recording
// and Replay are ignored. Replay returns the number of events.
//
// If the recording contains the end of the run, the run must end there as well.
func Replay(t testing.TB, file string, setup func(k *kernel.Kernel), options ...kernel.Options) (events uint64) {
	t.Helper()
	var o kernel.Options
	if len(options) > 1 {
		t.Fatalf("poetest: %d Options given, of which only one can be used", len(options))
	}
	if len(options) > 0 {
		o = options[0]
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatalf("poetest: Replay: %v", err)
	}
	defer f.Close()
	if o.Logger == nil {
		o.Logger = slog.New(testLog(t, slog.LevelInfo))
	}
	o.Replay, o.Recording = &kernel.Replay{From: f}, nil
	err = runReplay(o, setup)
	result := o.Replay.Result()
	switch {
	case result.Err != nil:
		t.Fatalf("%s: %v", file, result.Err)
	case !result.Equal:
		t.Fatalf("%s: the replay has ended after %d events, before the recording: %v", file, result.Events, err)
	}
	return result.Events
}

// runReplay runs the program. A replay that parts from the recording before Run
// ends in a panic.
func runReplay(o kernel.Options, setup func(k *kernel.Kernel)) (err error) {
	defer func() {
		switch thrown := recover().(type) {
		case nil:
		case error:
			if o.Replay.Result().Err == nil && !errors.Is(thrown, recording.ErrEnds) {
				panic(thrown)
			}
			err = thrown
		default:
			panic(thrown)
		}
	}()
	k := kernel.New(o)
	setup(k)
	return k.Run()
}
