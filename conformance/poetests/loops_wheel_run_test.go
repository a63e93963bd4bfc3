//go:build unix

package poetests_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// act is one step of a dialogue with the child "tell": what is put, or done,
// and what comes back then; nothing if the next step may follow at once.
type act struct {
	put  string
	do   func(w *run.Wheel)
	from string // "stdout", "stderr" or "close"
	says string
}

// dialogue runs a script with a child.
type dialogue struct {
	p       *proof
	wheel   *run.Wheel
	script  []act
	flushes int
	puts    int
	closed  int
	status  kernel.WaitStatus
}

// step goes on to the next act that has something to wait for.
func (d *dialogue) step() {
	for len(d.script) > 0 {
		a := d.script[0]
		if a.do != nil {
			a.do(d.wheel)
		} else {
			d.puts++
			d.wheel.Put(a.put)
		}
		if a.from != "" {
			return
		}
		d.script = d.script[1:]
	}
}

// got compares what has come with the script.
func (d *dialogue) got(from, says string) {
	d.p.must().NotEmpty(d.script, "%s %s", from, says)
	a := d.script[0]
	want := a.says
	if want == "PID" {
		want = fmt.Sprint("out: ", d.wheel.PID())
	}
	d.p.is().Equal(a.from+" "+want, from+" "+says)
	d.script = d.script[1:]
	if from != "close" {
		d.step()
	}
}

// dialogue runs one script over a conduit.
func (p *proof) dialogue(conduit run.Conduit, script []act) {
	k := p.kernel()
	d := &dialogue{p: p, script: script}
	mark := func() filter.Filter { return made(filter.NewLine(filter.LineConfig{Literal: "!"})) }
	p.start(k, states{
		"_start": func(e kernel.Event) {
			c := run.Config{
				Func: children.Func("tell"), Args: []string{"out", "err"}, Conduit: conduit,
				StdinFilter: mark(), StdoutFilter: mark(), Events: run.Names{Stdout: "wrong", Stdin: "wrong", Close: "wrong"},
			}
			right := run.Names{Stdout: "stdout", Stdin: "stdin", Error: "error", Close: "close"}
			if conduit != run.Pty {
				c.StderrFilter = mark()
				c.Events = run.Names{Stdout: "wrong", Stderr: "wrong", Stdin: "wrong", Close: "wrong"}
				right.Stderr = "stderr"
			}
			var err error
			d.wheel, err = run.New(e.Kernel, c)
			p.must().NoError(err)
			d.wheel.SetEvents(right)
			p.is().NoError(e.Kernel.SigChild(d.wheel.PID(), "child"))
			d.step()
		},
		"wrong":  func(e kernel.Event) { p.Error(e.Args...) },
		"error":  nothing,
		"stdin":  func(kernel.Event) { d.flushes++ },
		"stdout": func(e kernel.Event) { d.got("stdout", kernel.Arg[string](e, 0)) },
		"stderr": func(e kernel.Event) { d.got("stderr", kernel.Arg[string](e, 0)) },
		"close": func(kernel.Event) {
			d.closed++
			d.got("close", "")
			p.is().Zero(d.wheel.OutOctets())
			p.is().Zero(d.wheel.OutMessages())
			d.wheel.Close()
		},
		"child": func(e kernel.Event) { d.status = kernel.Arg[kernel.WaitStatus](e, 2) },
	})
	p.run(k)
	p.is().Empty(d.script)
	p.is().Equal(1, d.closed)
	p.is().Positive(d.flushes)
	p.is().LessOrEqual(d.flushes, d.puts)
}

// POE::Test::Loops::wheel_run: dialogues with children over every conduit,
// streams that are paused, a child that is killed, and one whose input is shut
// down; children without streams, and with redirected ones.
func TestLoopsWheelRun(t *testing.T) {
	perLoop(t, func(p *proof) {
		p.runConfigs()
		two := []act{
			{put: "out test-out", from: "stdout", says: "out: test-out"},
			{put: "err test-err", from: "stderr", says: "err: test-err"},
			{put: "bye", from: "close"},
		}
		for _, conduit := range []run.Conduit{run.Pipe, run.SocketPair, run.Inet, run.PtyPipe} {
			p.dialogue(conduit, append([]act{}, two...))
		}
		p.dialogue(run.Pty, []act{
			{put: "out test-out", from: "stdout", says: "out: test-out"},
			{put: "err test-err", from: "stdout", says: "err: test-err"},
			{put: "bye", from: "close"},
		})
		p.dialogue(run.Pipe, []act{
			{put: "out init", from: "stdout", says: "out: init"},
			{do: (*run.Wheel).PauseStdout},
			{put: "out delayed1"},
			{put: "err immediate1", from: "stderr", says: "err: immediate1"},
			{do: (*run.Wheel).PauseStderr},
			{put: "err delayed2"},
			{do: (*run.Wheel).ResumeStdout, from: "stdout", says: "out: delayed1"},
			{put: "out immediate2", from: "stdout", says: "out: immediate2"},
			{do: (*run.Wheel).ResumeStderr, from: "stderr", says: "err: delayed2"},
			{put: "out immediate3", from: "stdout", says: "out: immediate3"},
			{put: "err immediate4", from: "stderr", says: "err: immediate4"},
			{put: "bye", from: "close"},
		})
		kill := func(w *run.Wheel) { p.is().NoError(w.Kill(unix.SIGTERM)) }
		p.dialogue(run.Pipe, []act{
			{put: "out init", from: "stdout", says: "out: init"},
			{put: "pid", from: "stdout", says: "PID"},
			{do: kill, from: "close"},
		})
		p.dialogue(run.Pipe, []act{
			{put: "flag 1"},
			{put: "out init", from: "stdout", says: "out: init"},
			{do: (*run.Wheel).ShutdownStdin, from: "stdout", says: "out: got eof 1"},
			{do: kill, from: "close"},
		})
		p.redirected()
		p.withoutStreams()
	})
}

func (p *proof) runConfigs() {
	k := p.kernel()
	p.start(k, states{"_start": func(e kernel.Event) {
		out := run.Names{Stdout: "out"}
		for field, c := range map[string]run.Config{
			"Conduit":        {Program: []string{"true"}, Conduit: 99, Events: out},
			"Program":        {Events: out},
			"RedirectStdout": {Program: []string{"true"}, RedirectStdout: run.Redirect{Path: "/non/existent"}, Events: out},
			"StdioFilter":    {Program: []string{"true"}, StdioFilter: filter.Lines(), StdinFilter: filter.Lines(), Events: out},
		} {
			_, err := run.New(e.Kernel, c)
			p.is().ErrorContains(err, field)
		}
	}})
	p.run(k)
}

// redirected gives a child files in place of streams.
func (p *proof) redirected() {
	k := p.kernel()
	in, out := p.file("PARENT\n"), p.file("")
	var w *run.Wheel
	var status kernel.WaitStatus = -1
	p.start(k, states{
		"_start": func(e kernel.Event) {
			var err error
			w, err = run.New(e.Kernel, run.Config{
				Program:       []string{"sh", "-c", `read line; echo "CHILD:$line"; echo DONE >&2`},
				RedirectStdin: run.Redirect{Path: in}, RedirectOutput: run.Redirect{Path: out},
			})
			p.must().NoError(err)
			p.is().NoError(e.Kernel.SigChild(w.PID(), "child"))
		},
		"child": func(e kernel.Event) { status = kernel.Arg[kernel.WaitStatus](e, 2); w.Close() },
	})
	p.run(k)
	text, err := os.ReadFile(out)
	p.is().NoError(err)
	p.is().Equal("CHILD:PARENT\nDONE\n", string(text))
	p.is().Zero(status)
}

// withoutStreams runs children whose output nobody asks for, with a standard
// input and without.
func (p *proof) withoutStreams() {
	for _, noStdin := range []bool{false, true} {
		k := p.kernel()
		var w *run.Wheel
		ended := 0
		p.start(k, states{
			"_start": func(e kernel.Event) {
				var err error
				w, err = run.New(e.Kernel, run.Config{Program: []string{"true"}, NoStdin: noStdin})
				p.must().NoError(err)
				handles := 0
				if !noStdin {
					handles = 1
				}
				p.is().Equal(handles, reasons(e)["handle"], "standard input alone, or nothing")
				err = w.TryPut("x")
				p.is().Equal(noStdin, err != nil)
				p.is().NoError(e.Kernel.SigChild(w.PID(), "child"))
			},
			"child": func(kernel.Event) { ended++; w.Close() },
		})
		p.run(k)
		p.is().Equal(1, ended)
	}
}

// POE::Test::Loops::z_leolo_wheel_run: over every conduit a long line does not
// keep what comes after it from arriving, nor the end of the output and of the
// process from being noticed.
func TestLoopsZLeoloWheelRun(t *testing.T) {
	perLoop(t, func(p *proof) {
		for _, conduit := range []run.Conduit{run.Pipe, run.SocketPair, run.Inet, run.Pty, run.PtyPipe} {
			k := p.kernel()
			var w *run.Wheel
			seen := numbers{}
			end := func(what string) {
				if seen[what]++; len(seen) == 5 {
					p.is().NoError(w.Close())
				}
			}
			p.start(k, states{
				"_start": func(e kernel.Event) {
					events := run.Names{Stdout: "stdout", Close: "closed"}
					if conduit != run.Pty {
						events.Stderr = "stderr"
					}
					var err error
					w, err = run.New(e.Kernel, run.Config{Func: children.Func("talk"), Conduit: conduit, Events: events})
					p.must().NoError(err)
					p.is().NoError(e.Kernel.SigChild(w.PID(), "child"))
					e.Kernel.Delay("timeout", patience)
				},
				"stdout": func(e kernel.Event) {
					line := strings.TrimSuffix(kernel.Arg[string](e, 0), "\r")
					if len(line) > 1024 {
						p.is().Equal(strings.Repeat("hello world", 1024), line)
						line = "long"
					}
					end(line)
				},
				"stderr":  func(e kernel.Event) { p.Error(e.Args...) },
				"closed":  func(kernel.Event) { end("close") },
				"child":   func(e kernel.Event) { end("child"); e.Kernel.DelayClear("timeout") },
				"timeout": func(kernel.Event) { p.Error("it has not ended") },
			})
			p.run(k)
			p.is().Equal(numbers{"hello": 1, "long": 1, "done": 1, "close": 1, "child": 1}, seen)
		}
	})
}

// POE::Test::Loops::wheel_run_size: a child's terminal has the size that it was
// given.
func TestLoopsWheelRunSize(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		var w *run.Wheel
		var said []string
		p.start(k, states{
			"_start": func(e kernel.Event) {
				var err error
				w, err = run.New(e.Kernel, run.Config{
					Func: children.Func("size"), Conduit: run.Pty, Winsize: run.Winsize{Rows: 29, Cols: 85, X: 100, Y: 200},
					Events: run.Names{Stdout: "stdout"},
				})
				p.must().NoError(err)
				p.is().NoError(e.Kernel.SigChild(w.PID(), "child"))
			},
			"stdout": func(e kernel.Event) {
				said = append(said, strings.TrimSuffix(kernel.Arg[string](e, 0), "\r"))
			},
			"child": func(e kernel.Event) { p.is().Zero(e.Arg(2)); e.Kernel.Delay("end", 0) },
			"end": func(e kernel.Event) {
				if len(said) == 0 {
					e.Kernel.Delay("end", 0)
					return
				}
				w.Close()
			},
		})
		p.run(k)
		p.is().Equal([]string{"rows 29 cols 85 x 100 y 200"}, said)
	})
}

// POE::Test::Loops::z_rt39872_sigchld: of two children the end of one is
// noticed when it ends by itself, and that of the other when it is killed.
func TestLoopsZRT39872Sigchld(t *testing.T) {
	perLoop(t, func(p *proof) { p.oneAfterTheOther(false) })
}

// POE::Test::Loops::z_rt39872_sigchld_stop: the same with children that get a
// signal each and no words. POE's children are forks of the program, which
// catch the signal and end.
func TestLoopsZRT39872SigchldStop(t *testing.T) {
	perLoop(t, func(p *proof) { p.oneAfterTheOther(true) })
}

// oneAfterTheOther ends two children, the second when the first has ended.
func (p *proof) oneAfterTheOther(bySignal bool) {
	k := p.kernel()
	wheels := map[string]*run.Wheel{}
	names := map[int]string{}
	var said, ended []string
	p.start(k, states{
		"_start": func(e kernel.Event) {
			p.is().NoError(e.Kernel.AliasSet("worker"))
			for _, name := range []string{"W1", "W2"} {
				w, err := run.New(e.Kernel, run.Config{
					Program: []string{"sh", "-c", "trap 'exit 7' USR1; echo I am $0; while read line; do exit 0; done", name},
					Events:  run.Names{Stdout: "stdout", Stderr: "stderr"},
				})
				p.must().NoError(err)
				wheels[name], names[w.PID()] = w, name
				p.is().NoError(e.Kernel.SigChild(w.PID(), "child"))
			}
		},
		"stdout": func(e kernel.Event) {
			said = append(said, kernel.Arg[string](e, 0))
			if len(said) < 2 {
				return
			}
			if bySignal {
				p.is().NoError(wheels["W1"].Kill(unix.SIGKILL))
			} else {
				wheels["W1"].Put("bye")
			}
		},
		"stderr": nothing, // a shell may say that it was killed
		"child": func(e kernel.Event) {
			name := names[kernel.Arg[int](e, 1)]
			ended = append(ended, name)
			p.is().NoError(wheels[name].Close())
			delete(wheels, name)
			if name == "W1" {
				p.is().Len(wheels, 1, "one is left")
				p.is().NoError(wheels["W2"].Kill(unix.SIGKILL))
			} else {
				p.is().Equal(int(unix.SIGKILL), kernel.Arg[kernel.WaitStatus](e, 2).Signal())
			}
		},
	})
	p.run(k)
	p.is().ElementsMatch([]string{"I am W1", "I am W2"}, said)
	p.is().Equal([]string{"W1", "W2"}, ended)
}
