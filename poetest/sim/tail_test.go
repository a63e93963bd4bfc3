package sim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/followtail"
)

// tailWorld is a host with a log, which a daemon follows.
type tailWorld struct {
	w    *sim.World
	host *sim.Host
	rand *rand.Rand
	way  rotation

	// Of the other processes.
	lines     []*logLine
	file      int // number of the log
	rest      []byte
	copying   []byte
	held      *sim.Writer
	lives     int
	rotations int
	until     time.Duration // when they end

	tail    *tail
	checked int // how many of the tail's lines were, of which
	last    int // was the last one
	life    int
}

// tail is the daemon. It keeps on its disk how far it has come, of each file.
type tail struct {
	Poll bool // without notifications

	h      *sim.Host
	wheel  *followtail.Wheel
	at     place
	got    []string
	lost   []followtail.Loss
	resets int
	vague  bool // it began anew after a loss, and so at a wrong place
	over   bool
	late   int // lines after the end
	life   int
}

// place is how far the tail has come.
type place struct {
	Read  map[string]int // bytes, by the number of the file
	Lines int
}

// tailEnds is when the daemon ends.
const tailEnds = 17 * time.Second

// start is the daemon's program.
func (t *tail) start(h *sim.Host) {
	t.h, t.at = h, place{Read: map[string]int{}}
	t.life++
	if text, err := h.Disk.Read("place"); err == nil {
		if err := json.Unmarshal(text, &t.at); err != nil {
			panic(err)
		}
	}
	t.got = t.got[:min(t.at.Lines, len(t.got))]
	_, err := session.Inline(h.Kernel, session.Funcs{
		"_start": func(e kernel.Event) {
			_ = e.Kernel.AliasSet("tail")
			_ = e.Kernel.Delay("shutdown", tailEnds-h.World().Now())
			t.follow(e.Kernel)
		},
		"again": func(e kernel.Event) { t.follow(e.Kernel) },
		"shutdown": func(e kernel.Event) {
			t.over = true
			if t.wheel != nil {
				_ = t.wheel.Close()
			}
			_ = e.Kernel.AliasRemove("tail")
		},
	})
	if err != nil {
		panic(err)
	}
}

// follow reads what was rotated while nothing followed the log, and then follows it.
func (t *tail) follow(k *kernel.Kernel) {
	if t.over {
		return
	}
	t.vague = t.vague || len(t.lost) > 0
	names := t.h.Disk.Names()
	slices.SortFunc(names, func(a, b string) int { return logNumber(b) - logNumber(a) })
	seek := int64(0)
	for _, name := range names {
		text, err := t.h.Disk.Read(name)
		if err != nil || logNumber(name) < 0 {
			continue
		}
		number, _, _ := strings.Cut(string(text), " ")
		if !bytes.Contains(text, []byte("\n")) {
			number = ""
		}
		from := min(t.at.Read[number], len(text))
		if name == "log" {
			seek = int64(from)
			t.at.Read[number] = from
			break
		}
		for line := range strings.Lines(string(text[from:])) {
			if strings.HasSuffix(line, "\n") {
				t.take(line[:len(line)-1])
			}
		}
	}
	var err error
	t.wheel, err = followtail.New(k, followtail.Config{
		Filename: "log", Files: t.h.Files(), Seek: &seek, PollOnly: t.Poll, PollInterval: 300 * time.Millisecond, BlockSize: 512,
		Events: followtail.Funcs{
			Text:  func(_ *followtail.Wheel, line string) { t.take(line) },
			Reset: func(*followtail.Wheel) { t.resets++ },
			Lost: func(_ *followtail.Wheel, l followtail.Loss) {
				t.lost = append(t.lost, l)
				t.h.World().Logf("lost: %v", l)
			},
			Error: func(w *followtail.Wheel, err *kernel.OpError) { t.failed(k, w, err) },
		},
	})
	if err != nil { // the file cannot be read now
		_ = k.Delay("again", time.Second)
	}
}

func (t *tail) failed(k *kernel.Kernel, w *followtail.Wheel, err *kernel.OpError) {
	t.h.World().Logf("the tail fails: %v", err)
	if w.Err() != nil {
		_ = w.Abort()
		_ = k.Delay("again", time.Second)
	}
}

// logNumber is N of log.N, 0 of log, and -1 of others.
func logNumber(name string) int {
	if name == "log" {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimPrefix(name, "log."))
	if err != nil {
		return -1
	}
	return n
}

// take takes a line, and keeps how far the tail has come.
func (t *tail) take(line string) {
	if t.over {
		t.late++
	}
	number, _, _ := strings.Cut(line, " ")
	t.got = append(t.got, line)
	t.at.Lines++
	t.at.Read[number] += len(line) + 1
	for old := range t.at.Read {
		if n, _ := strconv.Atoi(number); mustInt(old) < n-20 {
			delete(t.at.Read, old)
		}
	}
	text, err := json.Marshal(t.at)
	if err != nil {
		panic(err)
	}
	_ = t.h.Disk.Replace("place", text) // if not, lines are read again in another life
}

func mustInt(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// delivered checks what has come.
func (t *tailWorld) delivered() error {
	if t.life != t.tail.life {
		t.life, t.checked, t.last = t.tail.life, 0, -1
	}
	for ; t.checked < len(t.tail.got); t.checked++ {
		text := t.tail.got[t.checked]
		n := t.number(text)
		switch {
		case n < 0 && t.tail.life > 1: // a line that a crash has torn
		case n < 0:
			return fmt.Errorf("%.60q was not written", text)
		case n <= t.last && t.way != heldOpen && !t.tail.vague:
			return fmt.Errorf("line %d is delivered after line %d, as number %d", n, t.last, t.checked)
		default:
			t.last = n
		}
	}
	return nil
}

// number returns the number of a line that was written, -1 if it was not.
func (t *tailWorld) number(text string) int {
	_, rest, _ := strings.Cut(text, " ")
	digits, _, _ := strings.Cut(rest, " ")
	if n, err := strconv.Atoi(digits); err != nil || n < 0 || n >= len(t.lines) || t.lines[n].text != text {
		return -1
	} else {
		return n
	}
}

// complete checks that all has come.
func (t *tailWorld) complete() error {
	times := make([]int, len(t.lines))
	for _, text := range t.tail.got {
		if n := t.number(text); n >= 0 {
			times[n]++
		}
	}
	for n, l := range t.lines {
		switch {
		case times[n] > 1 && !t.tail.vague:
			return fmt.Errorf("line %d was delivered %d times", n, times[n])
		case times[n] == 0 && t.tail.Poll && t.way == deleting: // nothing tells of a file that has come and gone
		case times[n] == 0 && l.whole && !l.gone && len(t.tail.lost) == 0:
			return fmt.Errorf("line %d of %d, of file %d of %d, written at %v, was not delivered, and nothing was said to be lost", n, len(t.lines), l.file, t.file, l.written)
		}
	}
	return nil
}

// tailed is the world of a log that is rotated in some way; each third tail polls.
func tailed(way rotation, stable bool) func(w *sim.World) {
	return func(w *sim.World) {
		r := rand.New(rand.NewPCG(w.Rand().Uint64(), 0))
		t := &tailWorld{w: w, rand: r, way: way, lives: 1, until: 12 * time.Second, tail: &tail{Poll: w.Seed()%3 == 2}}
		t.host = w.Host("host", t.tail.start)
		t.host.Stable, t.host.MayEnd = stable, true
		t.host.Disk.Meanwhile(0.02, t.write)
		var step func()
		step = func() {
			t.write()
			w.After(time.Duration(r.IntN(400))*time.Millisecond, step)
		}
		w.After(0, step)
		w.Always("lines come as they were written, once and in order", t.delivered)
		w.Eventually("all lines have come, or were said to be lost", t.complete)
		w.Eventually("the tail has ended and left nothing", func() error {
			if n := t.host.Disk.OpenFiles(); n != 0 || t.tail.late > 0 || !t.tail.over {
				return fmt.Errorf("ended: %v, files open: %d, lines after the end: %d", t.tail.over, n, t.tail.late)
			}
			return nil
		})
	}
}

func TestTail(t *testing.T) {
	t.Parallel()
	config := sim.Config{Seeds: 30, Duration: 9 * time.Second, Settle: 11 * time.Second}
	hostile := sim.Hostile()
	hostile.ClockJumps = 0 // a search goes by the times of files
	hostile.Crashes, hostile.FullDisks, hostile.Pauses, hostile.Longest = 6*time.Second, 8*time.Second, 5*time.Second, 3*time.Second
	calm, failing := hostile, hostile
	calm.Errors, calm.Crashes = 0, 0
	failing.Crashes = 0
	for _, c := range []struct {
		name   string
		ways   []rotation
		faults sim.Faults
	}{
		{"quiet", []rotation{renaming, copyTruncate, deleting, heldOpen}, sim.Faults{}},
		{"calm", []rotation{renaming, deleting, heldOpen}, calm},
		{"failing", []rotation{renaming}, failing},
		{"hostile", []rotation{renaming}, hostile},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := config
			config.Faults = c.faults
			sim.Run(t, config, func(w *sim.World) {
				tailed(c.ways[w.Seed()/3%uint64(len(c.ways))], c.faults.Crashes == 0)(w)
			})
		})
	}
}

// A run in which something is said to be wrong is recorded, and the host replayed alone.
func TestATailIsReplayed(t *testing.T) {
	config := sim.Config{Seeds: 1, Duration: 9 * time.Second, Settle: 11 * time.Second, Faults: sim.Faults{Errors: 0.002, Unnoticed: 0.01}}
	said := runFailing(t, config, func(w *sim.World) {
		tailed(renaming, true)(w)
		w.Eventually("never", func() error { return errors.New("it is not so") })
	})
	dir := recordedIn.FindStringSubmatch(said)
	require.NotNil(t, dir, said)
	replayed := &tail{}
	require.NotZero(t, sim.Replay(t, filepath.Join(dir[1], "host.rec"), replayed.start))
	require.NotEmpty(t, replayed.got)
}
