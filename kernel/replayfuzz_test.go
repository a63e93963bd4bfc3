//go:build unix

package kernel_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/gopoe/poe/internal/recordfile"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/recording"
	"github.com/gopoe/poe/session"
)

// variety is a program that asks for a bit of everything: time, timers, handles,
// jobs, messages of other goroutines, signals, children, random numbers.
func variety(k *kernel.Kernel) {
	near, far, err := kernel.SocketPair()
	if err != nil {
		return
	}
	buf := make([]byte, 16)
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			k.AliasSet("variety")
			k.Delay("tick", time.Millisecond, 3)
			k.SelectRead(near, "readable")
			k.Sig("USR1", "signal")
			k.SigChild(1<<22+1, "child")
			far.Write([]byte("first\n"))
			k.Offload("job", func(context.Context) (any, error) { return []string{"done"}, io.EOF }, "more")
			k.Yield("count", 5)
		},
		"tick": func(e kernel.Event) {
			far.Write([]byte{byte(k.Rand().IntN(26)) + 'a', '\n'})
			if n := kernel.Arg[int](e, 0); n > 0 {
				k.Delay("tick", time.Millisecond, n-1)
				return
			}
			to := e.Session
			go func() { // another goroutine, for the recording; for the replay it is not there
				if !kernel.Replaying(k) {
					k.Outside().Post(to, "outside", "text", 1.5, []byte("bytes"), map[string]any{"k": nil})
				}
			}()
		},
		"count": func(e kernel.Event) {
			if n := kernel.Arg[int](e, 0); n > 0 {
				k.Yield("count", n-1)
			}
		},
		"readable": func(kernel.Event) {
			if _, err := near.Read(buf); err != nil && !errors.Is(err, kernel.ErrWouldBlock) {
				near.Close()
			}
		},
		"job": func(kernel.Event) {
			_, _ = kernel.Recorded(k, "a table", func() (map[string][]int, error) { return map[string][]int{"a": {1}}, nil })
		},
		"signal": func(kernel.Event) { k.SigHandled() },
		"child":  func(kernel.Event) {},
		"outside": func(e kernel.Event) {
			k.AliasRemove("variety")
			k.Sig("USR1", "")
			near.Close()
			far.Close()
		},
	})
}

// replayOfFrames replays the contents of frames, whose checks are made right.
func replayOfFrames(contents []byte) (recording.Result, error) {
	var file bytes.Buffer
	head := recordfile.NewHead()
	head.Loop, head.Outputs, head.Seed = "epoll", true, [2]uint64{1, 2}
	file.Write(head.Bytes())
	w := recordfile.NewWriter(func(f *recordfile.Frame) { file.Write(f.Bytes()) }, nil)
	if len(contents) > 0 {
		w.Begin(contents[0])
		for _, b := range contents[1:] {
			w.Byte(b)
		}
	}
	w.Flush()
	list := recording.List(bytes.NewReader(file.Bytes()), io.Discard)
	_, _, _ = recording.Diff(bytes.NewReader(file.Bytes()), bytes.NewReader(file.Bytes()))
	result, err := replayRun(kernel.Options{}, file.Bytes(), variety)
	if err == nil && list != nil && result.Whole {
		err = list
	}
	return result, err
}

// contentsOf returns what the frames of a recording have.
func contentsOf(file []byte) (contents []byte) {
	r, err := recordfile.NewReader(bytes.NewReader(file))
	if err != nil {
		panic(err)
	}
	for r.More() {
		contents = append(contents, r.Byte())
	}
	return contents
}

// FuzzReplay replays recordings whose checks are right and whose contents are
// not: the run ends with an error, or equal, and never in another panic or not at
// all.
func FuzzReplay(f *testing.F) {
	kernel.SetMessagesWait(f, 0)
	var file bytes.Buffer
	k := kernel.New(kernel.Options{Recording: &kernel.Recording{Writer: &file}})
	variety(k)
	if err := k.Run(); err != nil {
		f.Fatal(err)
	}
	whole := contentsOf(file.Bytes())
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Add([]byte(strings.Repeat("\x00", 30)))
	f.Fuzz(func(t *testing.T, contents []byte) {
		if len(contents) > 1<<16 {
			return
		}
		_, _ = replayOfFrames(contents)
	})
}

// FuzzReplayOfFiles replays files that need not be recordings.
func FuzzReplayOfFiles(f *testing.F) {
	kernel.SetMessagesWait(f, 0)
	var file bytes.Buffer
	k := kernel.New(kernel.Options{Recording: &kernel.Recording{Writer: &file}})
	variety(k)
	if err := k.Run(); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Add(file.Bytes()[:200])
	f.Fuzz(func(t *testing.T, data []byte) {
		result, err := replayRun(kernel.Options{}, data, variety)
		if err == nil && !result.Equal {
			t.Errorf("%+v without an error", result)
		}
	})
}

// A number of a recording says how often the kernel polls, or an event comes: one
// without sense is no reason to go on for hours.
func TestNumbersWithoutSenseEndAReplay(t *testing.T) {
	kernel.SetMessagesWait(t, 0)
	large := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f}
	for _, kind := range []byte{recordfile.KindReady, recordfile.KindEvent, recordfile.KindMessages, recordfile.KindCheck, recordfile.KindEnd} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = replayOfFrames(append(append([]byte{kind}, large...), 0, 0, 0, 0, 0, 0, 0, 0))
		}()
		select {
		case <-done:
		case <-time.After(time.Minute):
			t.Fatalf("a replay of a record of kind %d does not end", kind)
		}
	}
}
