//go:build unix

package sim_test

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/daemon"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
)

// poolWorld is a server of workers that share a listening socket, and clients which
// have jobs for it: each connection is one job.
type poolWorld struct {
	w       *sim.World
	server  *sim.Host
	clients []*jobMaker
	rough   bool // workers fail by themselves

	pool    *daemon.Pool
	life    int
	seen    uint64 // the server's turns, when its workers were counted
	workers []*poolProcess
	reloads int
	failed  int // starts that have failed
	over    bool

	killed, replaced bool
	emptied          map[int]time.Duration // when a place has become empty, by its number

	done     map[string]bool // the jobs that are written down
	read     int             // how much of them was read, of the file of the life
	readLife int

	wrong error
}

// poolProcess is a worker, as the world knows it.
type poolProcess struct {
	process *sim.Process
	number  int
	life    int
	began   time.Duration
	asked   time.Duration // when TERM has come
	broken  bool          // does not end when it is asked to
}

const (
	poolWorkers  = 3
	poolStart    = 2 * time.Second
	poolStop     = 3 * time.Second
	poolMin      = 100 * time.Millisecond
	poolMax      = 2 * time.Second
	poolSettled  = 5 * time.Second
	poolShutdown = 28 * time.Second
)

func (t *poolWorld) start(h *sim.Host) {
	t.w, t.server = h.World(), h
	t.life++
	t.pool, t.over, t.emptied = nil, false, map[int]time.Duration{}
	h.MayEnd = true
	h.Program("worker", t.worker)
	_, err := session.Inline(h.Kernel, session.Funcs{
		"_start":   func(e kernel.Event) { e.Kernel.Yield("open"); _ = e.Kernel.AliasSet("ops") },
		"_child":   func(kernel.Event) {},
		"open":     t.open,
		"reload":   t.reload,
		"shutdown": t.shutdown,
	})
	if err != nil {
		panic(err)
	}
}

// open starts the pool once the workers that outlived a crash of the host have closed the
// port.
func (t *poolWorld) open(e kernel.Event) {
	h := t.server
	at, err := h.Listen(2000)
	if err != nil {
		_, _ = e.Kernel.DelaySet("open", 100*time.Millisecond)
		return
	}
	t.pool, err = daemon.NewPool(h.Kernel, daemon.PoolConfig{
		Alias: "pool", Workers: poolWorkers, Listeners: []daemon.Listener{{Name: "jobs", Handle: at}},
		Path: "worker", Processes: h.Processes(),
		StartTimeout: poolStart, StopTimeout: poolStop, MinBackoff: poolMin, MaxBackoff: poolMax, Settled: poolSettled,
		Ended:  t.ended,
		Failed: func(*daemon.Pool, int, error) { t.failed++ },
	})
	if err != nil {
		panic(err)
	}
	_, _ = e.Kernel.DelaySet("reload", time.Duration(1+e.Kernel.Rand().IntN(8000))*time.Millisecond)
	_, _ = e.Kernel.DelaySet("shutdown", poolShutdown-h.World().Now())
}

func (t *poolWorld) reload(e kernel.Event) {
	if !t.over {
		t.reloads++
		clear(t.emptied) // they are filled at once
		_ = e.Kernel.Post(kernel.Alias("pool"), "reload")
		_, _ = e.Kernel.DelaySet("reload", time.Duration(1+e.Kernel.Rand().IntN(8000))*time.Millisecond)
	}
}

func (t *poolWorld) shutdown(e kernel.Event) {
	t.over = true
	_ = e.Kernel.Post(kernel.Alias("pool"), "shutdown")
	e.Kernel.AlarmRemoveAll()
	_ = e.Kernel.AliasRemove("ops")
}

func (t *poolWorld) ended(_ *daemon.Pool, w daemon.WorkerInfo, status kernel.WaitStatus) {
	t.killed = t.killed || w.Stopping && w.Ready && status.Signal() == int(syscall.SIGKILL)
	t.replaced = t.replaced || w.Stopping && w.Ready && status == 0
	if !w.Stopping && !slices.ContainsFunc(t.pool.Workers(), func(other daemon.WorkerInfo) bool { return other.Number == w.Number && !other.Stopping }) {
		t.emptied[w.Number] = t.w.Now()
	}
	for _, p := range t.workers {
		if p.process.PID() == w.PID {
			return
		}
	}
	if status.Signal() == 0 { // one that was killed may not have begun
		t.wrong = fmt.Errorf("worker %d, process %d, has ended with %v and was none", w.Number, w.PID, status)
	}
}

// began checks that a worker starts when it should.
func (t *poolWorld) began(me *poolProcess) {
	t.workers = append(t.workers, me)
	if at, empty := t.emptied[me.number]; empty && t.w.Now() < at+poolMin {
		t.wrong = fmt.Errorf("worker %d has ended at %v and is replaced at %v", me.number, at, t.w.Now())
	}
	delete(t.emptied, me.number)
}

// jobs checks that what was confirmed is written down, and nothing twice.
func (t *poolWorld) jobs() error {
	text, _ := t.server.Disk.Read("jobs")
	if lives := t.server.Lives(); lives != t.readLife || len(text) < t.read {
		t.readLife, t.read, t.done = lives, 0, map[string]bool{}
		for _, m := range t.clients {
			m.checked = 0
		}
	}
	for line := range strings.Lines(string(text[t.read:])) {
		job, whole := strings.CutSuffix(line, "\n")
		if !whole {
			break
		}
		t.read += len(line)
		if t.done[job] || !t.had(job) {
			return fmt.Errorf("job %q was done, the second time: %v", job, t.done[job])
		}
		t.done[job] = true
	}
	for _, m := range t.clients {
		if len(m.wrong) > 0 {
			return fmt.Errorf("answers to no question: %q", m.wrong)
		}
		for ; m.checked < m.confirmed; m.checked++ {
			if job := m.name + "-" + strconv.Itoa(m.checked+1); !t.done[job] {
				return fmt.Errorf("job %s is confirmed and was not done", job)
			}
		}
	}
	return nil
}

// had reports whether a client has had a job.
func (t *poolWorld) had(job string) bool {
	for _, m := range t.clients {
		if number, ok := strings.CutPrefix(job, m.name+"-"); ok {
			n, err := strconv.Atoi(number)
			return err == nil && n <= m.made
		}
	}
	return false
}

// bounded checks how many workers there are, and that those that must end do.
func (t *poolWorld) bounded() error {
	if t.pool == nil || !t.server.Up() || t.server.Turns() == t.seen {
		return nil // only the server starts processes, and it has not run since
	}
	t.seen = t.server.Turns()
	var serving [poolWorkers]int
	workers := t.pool.Workers()
	for _, w := range workers {
		if w.Number >= poolWorkers {
			return fmt.Errorf("a worker with number %d: %+v", w.Number, workers)
		}
		if !w.Stopping {
			serving[w.Number]++
		}
		if serving[w.Number] > 2 {
			return fmt.Errorf("%d workers with number %d: %+v", serving[w.Number], w.Number, workers)
		}
	}
	for _, p := range t.server.Processes().Running() {
		known := slices.ContainsFunc(workers, func(w daemon.WorkerInfo) bool { return w.PID == p.PID() })
		if !known && p.ParentPID() != 1 {
			return fmt.Errorf("the pool does not know %v", p)
		}
	}
	return nil
}

func (t *poolWorld) stopped() error {
	for i, p := range t.workers {
		if p.asked < 0 || p.life != t.life || !t.server.Up() || t.w.Now() <= p.asked+poolStop+200*time.Millisecond {
			continue
		}
		if t.workers[i].asked = -1; slices.Contains(t.server.Processes().Running(), p.process) {
			return fmt.Errorf("%v was asked to end at %v", p.process, p.asked)
		}
	}
	return nil
}

// abandoned reports whether a process is a worker that does not end when it is asked to,
// and whose parent was killed, so that nothing kills it.
func (t *poolWorld) abandoned(p *sim.Process) bool {
	return slices.ContainsFunc(t.workers, func(w *poolProcess) bool { return w.process == p && w.broken && w.life < t.life })
}

// full checks that all places are filled, in peace.
func (t *poolWorld) full() error {
	ready := map[int]bool{}
	for _, w := range t.pool.Workers() {
		if w.Ready && !w.Stopping {
			ready[w.Number] = true
		}
	}
	if len(ready) < poolWorkers {
		return fmt.Errorf("%d of %d workers serve: %+v", len(ready), poolWorkers, t.pool.Workers())
	}
	return nil
}

func pooled(rough bool) func(w *sim.World) {
	return func(w *sim.World) {
		t := &poolWorld{rough: rough}
		w.Host("server", t.start)
		for n := range 2 {
			m := &jobMaker{name: "client" + strconv.Itoa(n)}
			t.clients = append(t.clients, m)
			w.Host(m.name, m.start)
		}
		w.Always("a job that was confirmed is done, and none twice", t.jobs)
		w.Always("each place has one worker and a successor at most, and no other process runs", t.bounded)
		w.Always("a worker ends when it was asked to, or is killed", t.stopped)
		w.Always("who has ended was a worker, and is replaced after a while", func() error { return t.wrong })
		w.After(poolShutdown-time.Second, func() {
			if t.wrong == nil && !rough {
				t.wrong = t.full()
			}
		})
		w.Eventually("shutdown ends all", func() error {
			running := t.server.Processes().Running()
			held := slices.ContainsFunc(running, t.abandoned) // it keeps the port, too, so that no pool begins
			left := slices.DeleteFunc(running, t.abandoned)
			if len(left) > 0 || !t.over && !held {
				return fmt.Errorf("%d processes run: %v", len(left), left)
			}
			return nil
		})
		w.Sometimes("a worker is killed since it did not end", rough && t.killed)
		w.Sometimes("a worker is replaced", t.replaced)
		w.Sometimes("jobs were done", false)
		w.Eventually("jobs are done", func() error {
			w.Sometimes("a worker is killed since it did not end", t.killed || !rough)
			w.Sometimes("a worker is replaced", t.replaced)
			for _, m := range t.clients {
				if m.confirmed == 0 {
					return errors.New("none")
				}
				if !rough && m.broken+m.refused > 0 && w.Faults() == 0 {
					return fmt.Errorf("%s has seen %d connections break and %d refused", m.name, m.broken, m.refused)
				}
				w.Sometimes("jobs were done", m.confirmed > 30)
			}
			return nil
		})
	}
}

func TestPool(t *testing.T) {
	t.Parallel()
	config := sim.Config{Seeds: 15, Duration: 15 * time.Second, Settle: 20 * time.Second}
	hostile := sim.Hostile()
	hostile.Pauses, hostile.Longest = 0, 5*time.Second // in a pause nothing is killed in time
	for _, c := range []struct {
		name   string
		rough  bool
		faults sim.Faults
	}{{"quiet", false, sim.Faults{}}, {"hostile", true, hostile}} {
		t.Run(c.name, func(t *testing.T) {
			config := config
			config.Faults = c.faults
			sim.Run(t, config, pooled(c.rough))
		})
	}
}
