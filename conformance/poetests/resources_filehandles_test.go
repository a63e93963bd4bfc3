//go:build unix

package poetests_test

import (
	"os"
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/20_resources/00_base/filehandles: a handle is watched for each direction
// by itself, watching again resumes, pausing keeps the watch and holds its
// events back, a watcher that goes leaves the others, and regular files can be
// watched like all others. Which table has what in it is not to be seen here:
// Go's names show what is watched, and what arrives.
func TestResourcesFilehandles(t *testing.T) {
	perLoop(t, func(p *proof) {
		p.modesOfHandles()
		p.pausedHandle()
		p.regularFile()
	})
}

func (p *proof) modesOfHandles() {
	k := p.kernel()
	a, b, err := kernel.SocketPair()
	p.must().NoError(err)
	p.start(k, states{
		"_start": func(e kernel.Event) {
			watched := func(handles int) {
				p.is().Equal(handles, e.Kernel.Stats().Handles)
			}
			watches := func(n int) { p.is().Equal(n, reasons(e)["handle"]) }
			watched(0)
			p.is().NoError(e.Kernel.SelectRead(a, "event-rd"))
			watched(1)
			watches(1)
			p.is().NoError(e.Kernel.SelectRead(b, "event-rd"))
			watched(2)
			watches(2)
			p.is().NoError(e.Kernel.SelectWrite(a, "event-wr"))
			watched(2)
			watches(3)
			p.is().NoError(e.Kernel.SelectExpedite(b, "event-ex"))
			watched(2)
			watches(4)
			for _, c := range []struct {
				h           *kernel.Handle
				read, write bool
			}{{a, true, true}, {b, true, false}} {
				p.is().Equal(c.read, e.Kernel.SelectPauseRead(c.h))
				p.is().Equal(c.write, e.Kernel.SelectPauseWrite(c.h))
				p.is().Equal(c.read, e.Kernel.SelectResumeRead(c.h))
				p.is().Equal(c.write, e.Kernel.SelectResumeWrite(c.h))
			}
			e.Kernel.SelectClear(a, kernel.Read)
			watched(2)
			watches(3)
			p.is().False(e.Kernel.SelectPauseRead(a))
			p.is().True(e.Kernel.SelectPauseWrite(a))
			e.Kernel.SelectClear(a, kernel.Write)
			watched(1)
			watches(2)
			e.Kernel.SelectClear(a, kernel.Read)
			watched(1)
			e.Kernel.SelectClear(b)
			watched(0)
			watches(0)
			p.is().NoError(e.Kernel.Select(b, "event-rd", "event-wr", ""))
			watches(2)
		},
		"event-rd": nothing,
		"event-wr": func(e kernel.Event) { p.is().NoError(e.Kernel.Signal(e.Session, "TERM")) },
		"event-ex": nothing,
	})
	other := p.start(k, states{"_start": func(e kernel.Event) { p.is().NoError(e.Kernel.AliasSet("other")) }})
	p.is().Zero(reasonsOf(k, other)["handle"])
	p.run(k)
	p.is().Zero(k.Stats().Handles, "they go with the session")
	p.is().NoError(a.Close())
	p.is().NoError(b.Close())
}

// pausedHandle checks that a paused handle's events wait.
func (p *proof) pausedHandle() {
	k := p.kernel()
	r, w, err := kernel.Pipe()
	p.must().NoError(err)
	_, err = w.Write([]byte("x"))
	p.ok(err)
	turns, reads := 0, 0
	resume := true
	p.start(k, states{
		"_start": func(e kernel.Event) {
			p.is().NoError(e.Kernel.SelectRead(r, "event-rd"))
			p.is().True(e.Kernel.SelectPauseRead(r))
			p.is().Equal(1, reasons(e)["handle"], "still a reason to live")
			e.Kernel.Yield("turn")
		},
		"turn": func(e kernel.Event) {
			p.is().Zero(reads, "paused")
			if turns++; turns%5 != 0 {
				e.Kernel.Yield("turn")
			} else if resume {
				p.is().True(e.Kernel.SelectResumeRead(r))
			} else {
				p.is().NoError(e.Kernel.SelectRead(r, "event-rd"), "watching again resumes")
			}
		},
		"event-rd": func(e kernel.Event) {
			if reads++; resume {
				resume, reads = false, 0
				p.is().True(e.Kernel.SelectPauseRead(r))
				e.Kernel.Yield("turn")
				return
			}
			e.Kernel.SelectClear(r)
		},
	})
	p.run(k)
	p.is().Equal(10, turns)
	p.is().Equal(1, reads)
	p.is().NoError(r.Close())
	p.is().NoError(w.Close())
}

func (p *proof) regularFile() {
	k := p.kernel()
	f, err := os.OpenFile(p.file("text"), os.O_RDWR, 0)
	p.ok(err)
	h, err := kernel.File(f)
	p.must().NoError(err)
	seen := numbers{}
	p.start(k, states{
		"_start": func(e kernel.Event) {
			p.is().NoError(e.Kernel.SelectRead(h, "event-rd"))
			p.is().NoError(e.Kernel.SelectWrite(h, "event-wr"))
			p.is().Equal(2, reasons(e)["handle"])
			p.is().True(e.Kernel.SelectPauseRead(h))
			p.is().NoError(e.Kernel.SelectRead(h, "event-rd"), "watching again resumes")
		},
		"event-rd": func(e kernel.Event) { seen[e.Name]++; e.Kernel.SelectClear(h, kernel.Read) },
		"event-wr": func(e kernel.Event) { seen[e.Name]++; e.Kernel.SelectClear(h, kernel.Write) },
	})
	p.run(k)
	p.is().Equal(numbers{"event-rd": 1, "event-wr": 1}, seen)
	p.is().NoError(h.Close())
}
