package sim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
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
	copying   bool
	copied    int  // how many bytes
	copyEnded bool // the end of the log was reached
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
	// lostPlace: on a full disk it was not written down how far a file that a crash has
	// torn was read, so that another crash may make the tail begin behind that.
	lostPlace bool
	late      int // lines after the end
	life      int
}

// place is how far the tail has come.
type place struct {
	Read  map[string]int // bytes, by the number of the file
	File  string         // of the last line
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
	names := t.logs()
	seek := int64(0)
	numbers, seen := t.numbers(), map[string]bool{}
	for _, name := range names {
		text, err := t.h.Disk.Read(name)
		if err != nil {
			continue
		}
		number := t.firstOf(name)
		from := min(t.at.Read[number], len(text)) // a crash may have torn it
		t.at.Read[number], seen[number] = from, true
		if name == "log" {
			seek = int64(from)
			break
		}
		for line := range strings.Lines(string(text[from:])) {
			if strings.HasSuffix(line, "\n") {
				t.take(line[:len(line)-1])
			}
		}
	}
	maps.DeleteFunc(t.at.Read, func(number string, _ int) bool { return !seen[number] })
	t.lostPlace = t.keepPlace() != nil || t.lostPlace
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
		return
	}
	if !slices.Equal(t.numbers(), numbers) { // it was rotated before the wheel had it
		_ = t.wheel.Abort()
		t.follow(k)
	}
}

// logs returns the names of the logs, the oldest first, without those that were copied to
// a part only, or before more was written: a newer one has what they have.
func (t *tail) logs() []string {
	names := slices.DeleteFunc(t.h.Disk.Names(), func(name string) bool { return logNumber(name) < 0 })
	slices.SortFunc(names, func(a, b string) int { return logNumber(b) - logNumber(a) })
	return slices.DeleteFunc(names, func(name string) bool {
		text, _ := t.h.Disk.Read(name)
		return slices.ContainsFunc(names, func(other string) bool {
			whole, _ := t.h.Disk.Read(other)
			return logNumber(other) < logNumber(name) && len(text) > 0 && bytes.HasPrefix(whole, text)
		})
	})
}

// numbers are those of the logs that are there, and that of the one that has the name.
func (t *tail) numbers() (all []string) {
	for _, name := range t.logs() {
		all = append(all, t.firstOf(name))
	}
	return append(all, t.firstOf("log"))
}

// firstOf is the number of the log that a file has, empty if it has no line that says
// so: one that a crash has torn may not.
func (t *tail) firstOf(name string) string {
	text, _ := t.h.Disk.Read(name)
	for line := range strings.Lines(string(text)) {
		if number, _, ok := strings.Cut(line, " "); ok && strings.HasSuffix(line, "\n") {
			return number
		}
	}
	return ""
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
	if number, _, ok := strings.Cut(line, " "); ok {
		t.at.File = number
	}
	t.got = append(t.got, line)
	t.at.Lines++
	t.at.Read[t.at.File] += len(line) + 1
	for old := range t.at.Read {
		if n, _ := strconv.Atoi(t.at.File); mustInt(old) < n-20 {
			delete(t.at.Read, old)
		}
	}
	_ = t.keepPlace() // if not, lines are read again in another life
}

func (t *tail) keepPlace() error {
	text, err := json.Marshal(t.at)
	if err != nil {
		panic(err)
	}
	return t.h.Disk.Replace("place", text)
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
		case n <= t.last && t.lines[n].gone: // a crash has taken its line feed, and the writer has written that again
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
		case times[n] > 1 && !t.tail.vague && !l.gone:
			return fmt.Errorf("line %d was delivered %d times", n, times[n])
		case times[n] == 0 && t.tail.Poll && t.way == deleting: // nothing tells of a file that has come and gone
		case times[n] == 0 && t.tail.lostPlace && t.tail.life > 1:
		case times[n] == 0 && l.uncopied: // lost for whoever did not come in time
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
	hostile.Crashes, hostile.FullDisks, hostile.Pauses, hostile.Longest = 6*time.Second, 8*time.Second, 5*time.Second, 3*time.Second
	jumping := hostile
	hostile.ClockJumps = 0
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
		{"jumping", []rotation{renaming}, jumping},
		{"copied calm", []rotation{copyTruncate}, calm},
		{"copied failing", []rotation{copyTruncate}, failing},
		{"copied hostile", []rotation{copyTruncate}, hostile},
		{"copied jumping", []rotation{copyTruncate}, jumping},
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
