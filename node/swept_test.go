package node_test

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
	"github.com/gopoe/poe/session"
)

// reports are the warnings and errors of a process.
type reports struct {
	mu    sync.Mutex
	lines []string
}

func (r *reports) Write(line []byte) (int, error) {
	r.add(strings.TrimSpace(string(line)))
	return len(line), nil
}

func (r *reports) add(line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, line)
}

func (r *reports) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := r.lines
	r.lines = nil
	return lines
}

// enough is how many calls in a row must be answered for a link to be in order.
const enough = 10

// prober calls another node until it answers.
type prober struct {
	n        *node.Node
	reports  *reports
	victim   node.Address
	answered int // in a row
	failed   int
}

// beSwept is the process whose system calls fail: a node that probes others when
// it is asked to.
func beSwept() error {
	r := &reports{}
	logger := slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelWarn}))
	k := kernel.New(kernel.Options{Logger: logger})
	n, err := node.Start(k, patient(node.Config{Name: "swept", Listen: nodetest.AnyPort, Strangers: true, DeadAfter: 5 * time.Second,
		Lost: func(l node.Loss) { r.add(fmt.Sprint("lost ", l)) }}))
	if err != nil {
		return err
	}
	if err := n.Expose("echo", "add", "probe", "outcome"); err != nil {
		return err
	}
	p := &prober{n: n, reports: r}
	if _, err := session.Create(k, p, proberStates); err != nil {
		return err
	}
	nodetest.Announce(n.Addr())
	go func() {
		nodetest.AwaitQuit()
		n.Shutdown()
		k.Outside().Stop()
	}()
	return k.Run()
}

var proberStates = session.States[prober]{
	"_start": func(_ *prober, e kernel.Event) { _ = e.Kernel.AliasSet("echo") },
	"add":    func(_ *prober, e kernel.Event) { e.Return(kernel.Arg[int64](e, 0) + kernel.Arg[int64](e, 1)) },
	"probe": func(p *prober, e kernel.Event) {
		p.victim = node.Address{Node: kernel.Arg[string](e, 0), Alias: "main"}
		p.answered, p.failed = 0, 0
		p.reports.take()
		if err := p.n.AddPeer(p.victim.Node, kernel.Arg[string](e, 1)); err != nil {
			p.reports.add(err.Error())
		}
		e.Kernel.Yield("call", p.victim.Node)
	},
	"call": func(p *prober, e kernel.Event) {
		if e.Arg(0) != p.victim.Node {
			return // of a probe before
		}
		if err := p.n.Call(p.victim, "add", []any{40, 2}, "called", p.victim.Node); err != nil {
			p.failure(e, err)
		}
	},
	"called": func(p *prober, e kernel.Event) {
		if e.Arg(2) != p.victim.Node {
			return
		}
		if err, failed := e.Arg(1).(error); failed {
			p.failure(e, err)
			return
		}
		if p.answered++; p.answered < enough {
			e.Kernel.Yield("call", p.victim.Node)
		}
	},
	"outcome": func(p *prober, e kernel.Event) {
		e.Return([]any{p.answered >= enough, p.failed, strings.Join(p.reports.take(), "\n")})
	},
}

func (p *prober) failure(e kernel.Event, err error) {
	p.answered = 0
	p.failed++
	p.reports.add(err.Error())
	_ = e.Kernel.Delay("call", 20*time.Millisecond, p.victim.Node)
}
