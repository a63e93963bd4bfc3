package sim

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/recording"
)

// Replay replays the recording of a host, alone: boot makes the sessions of its
// program, as for [World.Host], and all that the world had for it then comes from
// the recording. It fails the test if the program behaves differently, and returns the
// number of events.
//
// What boot and the program ask of the host must be asked through its kernel, Disk,
// Listen, ListenPacket and Dial; World has no other hosts, and of it only Now is
// recorded.
func Replay(t testing.TB, file string, boot func(h *Host)) (events uint64) {
	t.Helper()
	result, err := ReplayResult(file, boot)
	switch {
	case err != nil:
		t.Fatalf("sim: Replay: %v", err)
	case result.Err != nil:
		t.Fatalf("%s: %v", file, result.Err)
	case !result.Equal:
		t.Fatalf("%s: the replay has ended after %d events, before the recording", file, result.Events)
	}
	return result.Events
}

// ReplayResult is Replay without a test. The error is that of reading the file; where
// the program parts from the recording is in the result.
func ReplayResult(file string, boot func(h *Host)) (recording.Result, error) {
	f, err := os.Open(file)
	if err != nil {
		return recording.Result{}, err
	}
	defer f.Close()
	head, err := recording.ReadHead(f)
	if err == nil {
		_, err = f.Seek(0, 0)
	}
	if err != nil {
		return recording.Result{}, err
	}
	replay := &kernel.Replay{From: f}
	h := &Host{name: head.Kernel, boot: boot, replayed: true, life: 1}
	h.w = newWorld(Config{}, 0, nil)
	h.w.hosts = []*Host{h}
	h.Disk = newDisk(h)
	h.dialing = map[uint64]func(*kernel.Handle, error){}
	h.listeners, h.processes = map[int]*listener{}, map[int]*Process{}
	h.clock = &hostClock{w: h.w, h: h, order: rand.New(rand.NewPCG(0, 0))}
	runReplay(h, replay)
	return replay.Result(), nil
}

// runReplay runs the host's program until the recording ends or the program parts
// from it, which a kernel throws before it runs.
func runReplay(h *Host, replay *kernel.Replay) {
	defer func() {
		thrown := recover()
		if err, ok := thrown.(error); ok && (replay.Result().Err != nil || errors.Is(err, recording.ErrEnds)) {
			thrown = nil
		}
		if thrown != nil {
			panic(thrown)
		}
	}()
	h.Kernel = kernel.New(kernel.Options{Clock: h.clock, Logger: slog.New(&hostLog{h: h}), Replay: replay})
	h.run(func() { h.boot(h) })
	for more := true; more; {
		var err error
		h.run(func() { more, err = h.Kernel.RunOneTimeslice() })
		more = more && err == nil
	}
}
