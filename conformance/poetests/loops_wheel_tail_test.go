//go:build unix

package poetests_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
	"github.com/gopoe/poe/wheel/readwrite"
)

// POE::Test::Loops::wheel_tail: a socket is followed as a file is, and a file
// that comes, goes and comes again is read both times.
func TestLoopsWheelTail(t *testing.T) {
	perLoop(t, func(p *proof) {
		p.socketFollowed()
		p.fileComesAgain()
	})
}

// sixteen has blocks of sixteen octets.
func sixteen() filter.Filter { return made(filter.NewBlock(filter.BlockConfig{BlockSize: 16})) }

func (p *proof) socketFollowed() {
	const times = 10
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	p.must().NoError(err)
	p.ok(unix.SetNonblock(fds[0], true))
	near, err := kernel.FD(fds[1])
	p.must().NoError(err)
	k := p.kernel()
	var tail *followtail.Wheel
	blocks := 0
	p.start(k, states{
		"_start": func(e kernel.Event) {
			tail, err = followtail.New(e.Kernel, followtail.Config{
				Handle: os.NewFile(uintptr(fds[0]), "socket"), BlockSize: 24, Filter: sixteen(),
				Events: followtail.Names{Input: "nonexistent", Error: "nonexistent"},
			})
			p.must().NoError(err)
			tail.SetEvents(followtail.Names{Input: "block", Error: "error"})
		},
		"nonexistent": func(e kernel.Event) { p.Error(e.Args...) },
		"error":       func(e kernel.Event) { p.Error(e.Args...) },
		"block": func(e kernel.Event) {
			if e.Arg(0) == "DONEDONEDONEDONE" {
				tail.Close()
				return
			}
			p.is().Equal("0123456789ABCDEF", e.Arg(0))
			blocks++
		},
	})
	var w *readwrite.Wheel
	put, flushed := 0, 0
	p.start(k, states{
		"_start": func(e kernel.Event) {
			w, err = readwrite.New(e.Kernel, readwrite.Config{
				Handle: near, Filter: sixteen(), Driver: made(driver.New(driver.Config{BlockSize: 32})),
				Events: readwrite.Names{Flushed: "flushed", Error: "error"},
			})
			p.must().NoError(err)
			e.Kernel.Yield("send")
		},
		"send": func(kernel.Event) {
			w.Put("0123456789ABCDEF0123456789ABCDEF")
			if put += 2; put == times {
				w.Put("DONEDONEDONEDONE")
			}
		},
		"flushed": func(e kernel.Event) {
			if flushed++; put < times {
				e.Kernel.Yield("send")
			} else {
				w.Close()
			}
		},
		"error": func(e kernel.Event) { p.Error(e.Args...) },
	})
	p.run(k)
	p.is().Equal([]int{times, times, times / 2}, []int{blocks, put, flushed})
}

func (p *proof) fileComesAgain() {
	name := filepath.Join(p.TempDir(), "file")
	k := p.kernel()
	var w *followtail.Wheel
	sent, received, reset := 0, 0, 0
	events := followtail.Names{Input: "input", Error: "error", Reset: "reset", Idle: "create"}
	p.start(k, states{
		"_start": func(e kernel.Event) {
			var err error
			w, err = followtail.New(e.Kernel, followtail.Config{
				Filename: name, PollInterval: 10 * time.Millisecond, Events: events,
				Filter: made(filter.NewLine(filter.LineConfig{Literal: "\n"})),
			})
			p.must().NoError(err)
		},
		"create": func(kernel.Event) {
			sent++
			p.is().NoError(os.WriteFile(name, []byte("moo\n"), 0o600))
			quiet := events
			quiet.Idle = ""
			w.SetEvents(quiet)
		},
		"input": func(e kernel.Event) {
			received++
			p.is().Equal("moo", e.Arg(0))
			p.is().NoError(os.Remove(name))
			if received == 1 {
				w.SetEvents(events)
			} else {
				w.Close()
			}
		},
		"error": func(e kernel.Event) { p.Error(e.Args...) },
		"reset": func(kernel.Event) { reset++ },
	})
	p.run(k)
	p.is().Equal([]int{2, 2, 2}, []int{sent, received, reset})
}

// POE::Test::Loops::z_rt54319_bazerka_followtail: lines that are written one by
// one all arrive, each before the next is written. How soon is not measured: a
// test that hangs fails.
func TestLoopsZRT54319BazerkaFollowtail(t *testing.T) {
	perLoop(t, func(p *proof) {
		const times = 6
		name := p.file("")
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
		p.ok(err)
		defer f.Close()
		k := p.kernel()
		var w *followtail.Wheel
		wrote := 0
		write := func() {
			wrote++
			_, err := f.WriteString("line\n")
			p.is().NoError(err)
		}
		p.start(k, states{
			"_start": func(e kernel.Event) {
				w, err = followtail.New(e.Kernel, followtail.Config{
					Filename: name, PollInterval: 10 * time.Millisecond, Events: followtail.Names{Input: "line"},
				})
				p.must().NoError(err)
				e.Kernel.Delay("timeout", patience)
				write()
			},
			"line": func(e kernel.Event) {
				p.is().Equal("line", e.Arg(0))
				if wrote < times {
					write()
					return
				}
				e.Kernel.DelayClear("timeout")
				w.Close()
			},
			"timeout": func(kernel.Event) { p.Error("no line comes"); w.Close() },
		})
		p.run(k)
		p.is().Equal(times, wrote)
	})
}
