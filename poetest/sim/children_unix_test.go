//go:build unix

package sim_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
)

// errand is one child process, as the program that has started it sees it.
type errand struct {
	wheel   *run.Wheel
	program string
	began   time.Duration
	sent    int
	input   []byte // the lines that were sent
	got     []string
	checked int // of got
	read    int // of input, by what was checked
	stderr  int
	ends    map[string]int // of streams
	closes  int
	exits   int
	status  kernel.WaitStatus
	killed  bool
	wrong   error
}

// errands is a host whose program runs child processes, always a few.
type errands struct {
	w     *sim.World
	host  *sim.Host
	now   []*errand
	all   int
	over  bool
	codes map[int]int // the exit codes that processes have had, by their numbers
}

const (
	errandTime = 3 * time.Second
	errandKill = time.Second
	errandsEnd = 24 * time.Second
)

// answer is what the program "count" says to a line: some answers are longer than a
// pipe holds.
func answer(n int) string { return fmt.Sprintf("%d %s", n, strings.Repeat("=", n*n*n%70000)) }

// count answers to lines until there are none.
func (t *errands) count(p *sim.Process) (code int) {
	r := p.Rand()
	code = r.IntN(4)
	defer func() { t.codes[p.PID()] = code }()
	ends := r.IntN(40)
	lines := bufio.NewScanner(p)
	for n := 0; lines.Scan(); n++ {
		if n == ends {
			code += 4
			p.Exit(code)
		}
		if r.IntN(4) == 0 {
			p.Sleep(time.Duration(r.IntN(300)) * time.Millisecond)
		}
		if r.IntN(10) == 0 {
			fmt.Fprintln(p.Stderr(), "so far:", lines.Text())
		}
		number, _ := strconv.Atoi(lines.Text())
		fmt.Fprintln(p, answer(number))
	}
	return code
}

// stubborn does not end by itself, for a while, and not by TERM.
func (t *errands) stubborn(p *sim.Process) int {
	p.Trap(syscall.SIGTERM, func() { fmt.Fprintln(p, "0 ") })
	p.Sleep(10 * time.Second)
	t.codes[p.PID()] = 0
	return 0
}

func (t *errands) start(h *sim.Host) {
	t.w, t.host = h.World(), h
	h.Program("count", t.count)
	h.Program("stubborn", t.stubborn)
	t.now, h.MayEnd = nil, true
	_, err := session.Inline(h.Kernel, session.Funcs{
		"_start": func(e kernel.Event) {
			_ = e.Kernel.AliasSet("errands")
			_ = e.Kernel.Delay("stop", errandsEnd-h.World().Now())
			for range 3 {
				e.Kernel.Yield("next")
			}
		},
		"next": func(e kernel.Event) { t.begin(e) },
		"stop": func(kernel.Event) { t.over = true },
	})
	if err != nil {
		panic(err)
	}
}

// begin starts one more process.
func (t *errands) begin(e kernel.Event) {
	if t.over {
		return
	}
	r := e.Kernel.Rand()
	j := &errand{program: "count", began: t.w.Now(), ends: map[string]int{}}
	switch r.IntN(8) {
	case 0:
		j.program = "stubborn"
	case 1:
		j.program = "missing"
	}
	again := func(d time.Duration) { _, _ = e.Kernel.DelaySet("next", d) }
	var err error
	j.wheel, err = run.New(e.Kernel, run.Config{
		Program: []string{j.program}, Processes: t.host.Processes(), Timeout: errandTime, KillAfter: errandKill,
		Events: run.Funcs{
			Stdout: func(_ *run.Wheel, record any) { j.got = append(j.got, record.(string)) },
			Stderr: func(*run.Wheel, any) { j.stderr++ },
			Error: func(_ *run.Wheel, err *kernel.OpError, stream string) {
				if errors.Is(err, io.EOF) {
					j.ends[stream]++
				}
			},
			Close: func(*run.Wheel) { j.closes++ },
			Exit: func(w *run.Wheel, status kernel.WaitStatus) {
				j.exits, j.status = j.exits+1, status
				t.check(j, w.PID())
				_ = w.Close()
				again(time.Duration(r.IntN(1000)) * time.Millisecond)
			},
		},
	})
	if err != nil { // a fault
		again(time.Second)
		return
	}
	t.now, t.all = append(t.now, j), t.all+1
	t.talk(e, j)
}

// talk gives the process lines to read, and then no more, or a signal.
func (t *errands) talk(e kernel.Event, j *errand) {
	r := e.Kernel.Rand()
	switch n := r.IntN(30); {
	case j.wheel.Closed():
		return
	case n == 0:
		j.input = j.input[:len(j.input)-j.wheel.OutOctets()] // the rest is dropped
		j.wheel.ShutdownStdin()
		return
	case n == 1:
		j.killed = true
		_ = j.wheel.Kill([]syscall.Signal{syscall.SIGTERM, syscall.SIGKILL, syscall.SIGINT}[r.IntN(3)])
	case n == 2 && j.wheel.OutOctets() == 0:
		j.wheel.PauseStdout()
		later(e, time.Duration(r.IntN(1000))*time.Millisecond, j.wheel.ResumeStdout)
	default:
		if line := strconv.Itoa(j.sent); j.wheel.TryPut(line) == nil {
			j.sent++
			j.input = append(j.input, line+"\n"...)
		}
	}
	later(e, time.Duration(r.IntN(200))*time.Millisecond, func() { t.talk(e, j) })
}

// check checks a process that has ended.
func (t *errands) check(j *errand, pid int) {
	code, known := t.codes[pid]
	switch {
	case j.exits > 1 || j.closes != 1 || j.ends["STDOUT"] != 1 || j.ends["STDERR"] != 1:
		j.wrong = fmt.Errorf("exits: %d, closes: %d, ends: %v", j.exits, j.closes, j.ends)
	case j.wheel.ExecError() != nil:
		var errno syscall.Errno
		if errors.As(j.wheel.ExecError(), &errno); j.status.Signal() == 0 && (j.status.ExitCode() != int(errno) || j.stderr != 1) {
			j.wrong = fmt.Errorf("a program that cannot be executed, %w, has ended with %v, and said %d lines", errno, j.status, j.stderr)
		}
	case j.program == "missing":
		j.wrong = errors.New("a program that does not exist was executed")
	case j.status.Signal() == 0 && (!known || code != j.status.ExitCode()):
		j.wrong = fmt.Errorf("%s has ended with %v; its code was %d, %v", j.program, j.status, code, known)
	}
}

// output checks what has come of a process so far: whole lines, in order, one for each
// line of its input, of which the last may be cut.
func (j *errand) output() error {
	if j.program != "count" {
		return j.wrong
	}
	for ; j.checked < len(j.got); j.checked++ {
		asked, rest, _ := bytes.Cut(j.input[j.read:], []byte("\n"))
		if len(asked) == 0 {
			return fmt.Errorf("%d answers to %d lines", len(j.got), j.checked)
		}
		j.read = len(j.input) - len(rest)
		n, _ := strconv.Atoi(string(asked))
		if line, want := j.got[j.checked], answer(n); line != want {
			return fmt.Errorf("answer %d is %.30q, %d bytes, not %.30q, %d bytes", j.checked, line, len(line), want, len(want))
		}
	}
	return j.wrong
}

// errandsWorld is the world of a program with child processes.
func errandsWorld(w *sim.World) {
	t := &errands{codes: map[int]int{}}
	w.Host("host", t.start)
	w.Always("a child's output is what it wrote, and its end comes once and last, as it was", func() error {
		for _, j := range t.now {
			if err := j.output(); err != nil {
				return err
			}
		}
		return nil
	})
	w.Always("no child outlives its time", func() error {
		for _, j := range t.now {
			late := w.Now() - j.began - errandTime - errandKill
			if j.exits > 0 || late <= 10*time.Millisecond || !t.host.Up() {
				continue
			}
			for _, p := range t.host.Processes().Running() {
				if p.PID() == j.wheel.PID() {
					return fmt.Errorf("%v runs since %v", p, j.began)
				}
			}
		}
		return nil
	})
	w.Eventually("no child is left", func() error {
		running, zombies := t.host.Processes().Running(), t.host.Processes().Unreaped()
		if len(running)+zombies > 0 {
			return fmt.Errorf("%v run, %d were not waited for", running, zombies)
		}
		return nil
	})
	for _, what := range []string{"a child is killed by its parent", "a child is killed for its time", "a child has ended by itself", "a child says nothing more after a crash"} {
		w.Sometimes(what, false)
	}
	w.Eventually("children have run", func() error {
		for _, j := range t.now {
			w.Sometimes("a child is killed by its parent", j.killed && j.status.Signal() == int(syscall.SIGTERM))
			w.Sometimes("a child is killed for its time", !j.killed && j.program == "stubborn" && j.status.Signal() == int(syscall.SIGKILL))
			w.Sometimes("a child has ended by itself", j.exits > 0 && j.status.Signal() == 0)
		}
		w.Sometimes("a child says nothing more after a crash", t.host.Lives() > 1)
		if t.all == 0 {
			return errors.New("none")
		}
		return nil
	})
}

func TestChildren(t *testing.T) {
	t.Parallel()
	faults := sim.Hostile()
	faults.Pauses = 0 // a child has no more time then
	sim.Run(t, sim.Config{Seeds: 30, Duration: 20 * time.Second, Settle: 15 * time.Second, Faults: faults}, errandsWorld)
}

// The hosts of runs with child processes are replayed alone, without these.
func TestChildrenAreReplayed(t *testing.T) {
	faults := sim.Hostile()
	faults.Crashes = 0
	config := sim.Config{Seeds: 1, Duration: 10 * time.Second, Settle: 30 * time.Second, Faults: faults, Shrink: -1}
	for name, c := range map[string]struct {
		build func(w *sim.World)
		host  string
		start func(h *sim.Host)
	}{
		"wheels": {errandsWorld, "host", (&errands{codes: map[int]int{}}).start},
		"pool":   {pooled(true), "server", (&poolWorld{}).start},
	} {
		t.Run(name, func(t *testing.T) {
			said := runFailing(t, config, func(w *sim.World) {
				c.build(w)
				w.Eventually("never", func() error { return errors.New("it is not so") })
			})
			require.Contains(t, said, "never: it is not so")
			dir := recordedIn.FindStringSubmatch(said)
			require.NotNil(t, dir, said)
			require.Greater(t, sim.Replay(t, filepath.Join(dir[1], c.host+".rec"), c.start), uint64(100))
		})
	}
}
