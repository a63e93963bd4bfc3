//go:build unix

package sim_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/daemon"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
)

// worker is the program of a worker: it accepts a connection, does its job, and writes
// that down before it confirms it.
func (t *poolWorld) worker(p *sim.Process) int {
	w, err := daemon.SimulatedWorker(p)
	if err != nil || w == nil {
		return 9 // its parent has ended meanwhile
	}
	me := &poolProcess{process: p, number: w.Number(), life: t.life, began: p.Now(), asked: -1}
	t.began(me)
	busy := false
	leave := func() {
		if me.asked < 0 {
			me.asked = p.Now()
		}
		if !busy && !me.broken {
			p.Exit(0)
		}
	}
	p.Trap(syscall.SIGTERM, leave)
	p.AtParentsEnd(leave)
	if !t.prepare(p, me) {
		return 3
	}
	if err := w.Ready(); err != nil {
		return 4
	}
	for {
		c, err := p.Accept(0)
		if err != nil {
			p.Sleep(50 * time.Millisecond)
			continue
		}
		busy = true
		code := t.serve(p, c)
		_ = c.Close()
		if busy = false; code != 0 || me.asked >= 0 && !me.broken {
			return code
		}
	}
}

// prepare is what a worker does before it is ready.
func (t *poolWorld) prepare(p *sim.Process, me *poolProcess) (ok bool) {
	r := p.Rand()
	p.Sleep(time.Duration(r.IntN(300)) * time.Millisecond)
	if !t.rough {
		return true
	}
	switch r.IntN(20) {
	case 0, 1:
		return false
	case 2:
		p.Sleep(time.Hour) // until it is killed
	case 3:
		me.broken = true
	}
	return true
}

// serve does one job.
func (t *poolWorld) serve(p *sim.Process, c *sim.Conn) (exit int) {
	line, err := bufio.NewReaderSize(c, 64).ReadString('\n')
	job := strings.TrimSuffix(line, "\n")
	if err != nil {
		return 0
	}
	p.Sleep(time.Duration(p.Rand().IntN(100)) * time.Millisecond)
	if t.rough && p.Rand().IntN(100) == 0 {
		return 5
	}
	if err := t.write(job); err != nil {
		return 0 // the client comes again
	}
	_, _ = c.Write([]byte(job + "\n"))
	return 0
}

// write writes a job down, once.
func (t *poolWorld) write(job string) error {
	disk := t.server.Disk
	before, _ := disk.Read("jobs")
	whole := bytes.LastIndexByte(before, '\n') + 1
	if whole < len(before) { // a crash has torn it, or a full disk
		if err := disk.Truncate("jobs", whole); err != nil {
			return err
		}
	}
	if bytes.HasPrefix(before, []byte(job+"\n")) || bytes.Contains(before[:whole], []byte("\n"+job+"\n")) {
		return disk.Sync("jobs")
	}
	if err := disk.Append("jobs", []byte(job+"\n")); err != nil {
		return err
	}
	return disk.Sync("jobs")
}

// jobMaker has jobs for the server, one after the other, each until it is confirmed.
type jobMaker struct {
	name            string
	made, confirmed int
	checked         int // of confirmed
	wrong           []string
	refused, broken int
}

func (m *jobMaker) job() string { return m.name + "-" + strconv.Itoa(m.made) }

func (m *jobMaker) start(h *sim.Host) {
	h.Stable, h.MayEnd = true, true
	_, err := clienttcp.New(h.Kernel, clienttcp.Config{
		RemoteAddress: "server", RemotePort: 2000, Filter: lines,
		ConnectTimeout: 5 * time.Second,
		Timeouts:       clienttcp.Timeouts{Read: 5 * time.Second},
		Backoff:        clienttcp.Backoff{Min: 50 * time.Millisecond, Max: time.Second},
		Dial:           func(d *clienttcp.Dialing) { h.Dial(d.Address, d.Port, d.Complete) },
		Connected: func(c *clienttcp.Client) {
			if m.confirmed == m.made {
				m.made++
			}
			c.PutText(m.job())
		},
		ConnectError: func(*clienttcp.Client, *kernel.OpError) { m.refused++ },
		ServerError: func(_ *clienttcp.Client, err *kernel.OpError) {
			if !errors.Is(err, io.EOF) {
				m.broken++
			}
		},
		Disconnected: func(c *clienttcp.Client) {
			if m.confirmed < m.made {
				m.broken++
			}
			if h.World().Now() > poolShutdown-2*time.Second {
				c.Shutdown()
			}
		},
		ServerInput: clienttcp.Input(func(_ *clienttcp.Client, line string) {
			if line != m.job() || m.confirmed == m.made {
				m.wrong = append(m.wrong, line)
			}
			m.confirmed = m.made
		}),
	})
	if err != nil {
		panic(err)
	}
}
