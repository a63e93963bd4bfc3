//go:build unix

package cluster_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/cluster"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/recording"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
)

// back is a node that the recorded program talks to: a kernel on a goroutine of
// its own, of which nothing is recorded.
type back struct {
	node *node.Node
	done chan error
}

func startBack(listen, front string) (*back, error) {
	k := kernel.New(kernel.Options{Name: "back"})
	n, err := node.Start(k, node.Config{Name: "back", Listen: listen, Strangers: true, Heartbeat: 100 * time.Millisecond, DeadAfter: 20 * time.Second})
	if err != nil {
		return nil, err
	}
	c, err := cluster.Join(n, cluster.Config{Seeds: map[string]string{"front": front}, Resync: 100 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	if err := n.Expose("echo", "say", "add", "leave"); err != nil {
		return nil, err
	}
	if _, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_ = e.Kernel.AliasSet("echo")
			_ = c.Claim("oracle", "", "ask")
		},
		"say":   func(e kernel.Event) { _ = e.Kernel.Post(e.Sender, "said", e.Args...) },
		"add":   func(e kernel.Event) { e.Return(kernel.Arg[int64](e, 0) + kernel.Arg[int64](e, 1)) },
		"leave": func(e kernel.Event) { _ = e.Kernel.AliasRemove("echo"); _ = c.Release("oracle") },
	}); err != nil {
		return nil, err
	}
	b := &back{n, make(chan error, 1)}
	go func() { b.done <- k.Run() }()
	return b, nil
}

func (b *back) stop() error {
	b.node.Shutdown()
	<-b.node.Closing()
	b.node.Kernel().Outside().Stop() // whatever it has got to
	err := <-b.done
	<-b.node.Done()
	return err
}

// office is a program with children, signals, jobs, messages of other goroutines,
// and a node in a cluster: it posts to another node, calls it, watches a session
// there and an alias, and sees it go and come.
type office struct {
	k       *kernel.Kernel
	n       *node.Node
	c       *cluster.Cluster
	back    *back // only in the recorded run
	address string
	say     func(format string, args ...any)
	wheels  map[kernel.WheelID]*run.Wheel
	pending map[string]int // of what it waits for
	other   bool           // it posts other values

	round    int // with the first back, then with the second
	up       bool
	leaving  bool // echo is asked to leave
	stopping bool // back is stopped
}

const officePosts, officeJobs, officeChildren = 20, 9, 3

func (o *office) start(k *kernel.Kernel) error {
	o.k, o.wheels, o.pending = k, map[kernel.WheelID]*run.Wheel{}, map[string]int{}
	var err error
	if o.n, err = node.Start(k, node.Config{Name: "front", Listen: "127.0.0.1:0", Strangers: true, Heartbeat: 100 * time.Millisecond, DeadAfter: 20 * time.Second, Lost: func(l node.Loss) { o.say("lost %d to %v: %v", l.Count, l.To, l.Err) }}); err != nil {
		return err
	}
	o.say("listens at %s", o.n.Addr())
	o.startBack("127.0.0.1:0")
	if o.c, err = cluster.Join(o.n, cluster.Config{Seeds: map[string]string{"back": o.address}, Resync: 100 * time.Millisecond}); err != nil {
		return err
	}
	if err := o.n.Expose("desk", "said"); err != nil {
		return err
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": o.begin, "exited": o.exited, "job": o.job, "signal": o.signal, "posted": o.came, "said": o.came, "added": o.came,
		"ghost": o.came, "gone": o.gone, "node": o.nodeChanged, "alias": o.alias, "member": o.noted, "local": o.came,
		"out":    func(e kernel.Event) { o.say("%v", e.Arg(0)) },
		"closed": func(e kernel.Event) { o.wheels[kernel.Arg[kernel.WheelID](e, 0)].Close() },
	})
	return err
}

func (o *office) check(err error) {
	if err != nil {
		o.say("%v", err)
	}
}

// startBack starts the other node, at the address that it had if it had one.
func (o *office) startBack(listen string) {
	address, err := kernel.Recorded(o.k, "start the other node", func() (address string, err error) {
		if o.back, err = startBack(listen, o.n.Addr()); err != nil {
			return "", err
		}
		return o.back.node.Addr(), nil
	})
	o.check(err)
	o.address = address
}

func (o *office) begin(e kernel.Event) {
	k := o.k
	o.pending = map[string]int{"exited": officeChildren, "job": officeJobs, "signal": 1, "posted": officePosts, "local": 1}
	o.check(k.AliasSet("desk"))
	o.check(k.Sig("USR1", "signal"))
	o.check(o.n.AddPeer("back", o.address))
	o.check(o.n.WatchNode("back", "node"))
	o.check(o.c.WatchAlias("oracle", "alias"))
	o.check(o.c.WatchMembers("member"))
	o.check(o.n.Expose("desk", "local"))
	o.check(k.Post(o.n.To(node.Address{Node: "front", Alias: "desk"}), "local", "to oneself"))
	for i := range officeChildren {
		wheel, err := run.New(k, run.Config{
			Program: []string{"sh", "-c", fmt.Sprintf(`read line; echo "$line of %d"; exit %d`, i, i)},
			Events:  run.Names{Stdout: "out", Close: "closed"},
		})
		if err != nil {
			o.say("run: %v", err)
			continue
		}
		o.wheels[wheel.ID()] = wheel
		o.check(k.SigChild(wheel.PID(), "exited", i))
		wheel.Put("line")
	}
	for i := range officeJobs {
		_, err := k.Offload("job", func(ctx context.Context) (any, error) {
			if i%3 == 0 {
				return nil, &fs.PathError{Op: "open", Path: "nothing", Err: syscall.ENOENT}
			}
			return map[string]int{"job": i}, nil
		}, i)
		o.check(err)
	}
	to := e.Session
	go func() {
		for i := range officePosts {
			k.Outside().Post(to, "posted", i, fmt.Sprint("text ", i))
		}
	}()
}

func (o *office) echo() node.Address { return node.Address{Node: "back", Alias: "echo"} }

func (o *office) nodeChanged(e kernel.Event) {
	state := kernel.Arg[node.NodeState](e, 0)
	o.say("node %s is up: %v, %v", state.Node, state.Up, state.Err)
	if o.up = state.Up; o.up {
		o.greet()
		return
	}
	o.say("a post now: %v", o.k.Post(o.n.To(o.echo()), "say", "nothing"))
	switch {
	case !o.leaving: // a connection has failed; it comes again by itself
	case o.round == 0:
		o.stop()
		o.round, o.leaving, o.stopping = 1, false, false
		o.startBack(o.address)
	default:
		o.stop()
		o.check(o.k.AliasRemove("desk"))
		o.n.Shutdown()
	}
}

// greet begins a round.
func (o *office) greet() {
	o.pending["said"], o.pending["added"], o.pending["ghost"], o.pending["gone"] = officePosts, 1, 1, 1
	for i := range officePosts {
		greeting := "hello"
		if o.other && i == 7 {
			greeting = "hallo"
		}
		o.check(o.k.Post(o.n.To(o.echo()), "say", i, greeting, map[string]any{"a": 1, "b": []any{2.5, nil}, "c": errors.New("trouble")}))
	}
	o.check(o.n.Call(o.echo(), "add", []any{40, 2}, "added"))
	o.check(o.n.Call(node.Address{Node: "back", Alias: "ghost"}, "add", nil, "ghost"))
	_, err := o.n.Watch(o.echo(), "gone")
	o.check(err)
}

// stop stops the other node, once.
func (o *office) stop() {
	if !o.stopping {
		o.stopping = true
		_, err := kernel.Recorded(o.k, "stop the other node", func() (bool, error) { return true, o.back.stop() })
		o.check(err)
	}
}

func (o *office) exited(e kernel.Event) {
	o.say("child %v: %d", e.Arg(3), kernel.Arg[kernel.WaitStatus](e, 2).ExitCode())
	o.done("exited")
}

func (o *office) job(e kernel.Event) {
	err, _ := e.Arg(1).(error)
	o.say("job %v: %v %v %v", e.Arg(2), e.Arg(0), err, errors.Is(err, fs.ErrNotExist))
	if kernel.Arg[int](e, 2) == 4 {
		_, err := kernel.Recorded(o.k, "sends a signal", func() (int, error) { return 0, syscall.Kill(os.Getpid(), syscall.SIGUSR1) })
		o.check(err)
	}
	o.done("job")
}

func (o *office) signal(e kernel.Event) {
	o.say("%v", e.Arg(0))
	o.k.SigHandled()
	o.done("signal")
}

func (o *office) noted(e kernel.Event) { o.say("%s %v", e.Name, e.Args) }

// alias sees the alias come, go with its node, and come again.
func (o *office) alias(e kernel.Event) { o.say("%s %v", e.Name, e.Args) }

func (o *office) came(e kernel.Event) {
	from, _ := node.SenderOf(e.Sender)
	o.say("%s %v of %v", e.Name, e.Args, from)
	o.done(e.Name)
}

func (o *office) gone(e kernel.Event) {
	o.say("%v %v", e.Arg(0), e.Arg(1))
	o.done("gone")
}

// done notes that something has come. When a round is over, the other node
// goes; it comes once more.
func (o *office) done(what string) {
	o.pending[what]--
	if !o.up {
		return
	}
	if !o.leaving && max(o.pending["said"], o.pending["added"], o.pending["ghost"]) <= 0 {
		o.leaving = true
		o.check(o.k.Post(o.n.To(o.echo()), "leave"))
	}
	left := 0
	for _, n := range o.pending {
		left += max(n, 0) // a post may have got through that was not counted
	}
	if o.leaving && o.pending["gone"] <= 0 && (o.round == 0 || left == 0) {
		o.stop()
	}
}

// TestNodesAreReplayed records the program once on each loop and replays it ten
// times, without the other node and without children.
func TestNodesAreReplayed(t *testing.T) {
	poetest.Replays(t, 10, func(k *kernel.Kernel, say func(string, ...any)) func() {
		o := office{say: say}
		require.NoError(t, o.start(k))
		return func() {
			<-o.n.Done()
			require.Equal(t, 1, o.round)
		}
	}, checkParts)
}

// checkParts replays a recording with a program that sends other values to the
// other node, which is told where it does so.
func checkParts(t *testing.T, file string, options kernel.Options) {
	f, err := os.Open(file)
	require.NoError(t, err)
	defer f.Close()
	replay := &kernel.Replay{From: f}
	options.Replay = replay
	k := kernel.New(options)
	o := office{say: func(string, ...any) {}, other: true}
	require.NoError(t, o.start(k))
	var parts *recording.Divergence
	require.ErrorAs(t, k.Run(), &parts)
	require.Contains(t, parts.Error(), "in the handler of \"node\"")
	require.Contains(t, parts.Error(), "node: post of other values to poe://back/echo say")
}
