//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// chatter is one end of a conversation in words of four letters.
type chatter struct {
	p     *proof
	in    *kernel.Handle
	out   *kernel.Handle
	queue []string
	count int // of the words that it counts
	over  bool
}

// output writes one word, or pauses.
func (c *chatter) output(e kernel.Event) {
	if len(c.queue) == 0 {
		c.p.is().True(e.Kernel.SelectPauseWrite(c.out))
		return
	}
	word := c.queue[0]
	c.queue = c.queue[1:]
	n, err := c.out.Write([]byte(word))
	c.p.ok(err)
	c.p.is().Equal(4, n)
	if word == "quit" {
		e.Kernel.SelectClear(c.out, kernel.Write)
	}
}

func (c *chatter) say(e kernel.Event, word string) {
	c.queue = append(c.queue, word)
	c.p.is().True(e.Kernel.SelectResumeWrite(c.out))
}

// read reads a word; empty is the end.
func (c *chatter) read() string {
	buf := make([]byte, 4)
	n, _ := c.in.Read(buf)
	return string(buf[:n])
}

func (c *chatter) end(e kernel.Event) {
	c.over = true
	e.Kernel.SelectClear(c.in, kernel.Read)
	e.Kernel.SelectClear(c.out, kernel.Write)
}

// POE::Test::Loops::k_selects: five pairs of sessions talk over handles that
// are paused and resumed in both directions; one handle watched, let go and
// watched again leaves nothing behind; and the loop can be entered again.
func TestLoopsKSelects(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		const pairs, words = 5, 5
		var all []*chatter
		for range pairs {
			masterIn, slaveOut, err := kernel.Pipe()
			p.must().NoError(err)
			slaveIn, masterOut, err := kernel.Pipe()
			p.must().NoError(err)
			all = append(all, p.ponger(k, masterIn, masterOut), p.pinger(k, slaveIn, slaveOut, words))
		}
		r, w, err := kernel.Pipe()
		p.ok(err)
		p.start(k, states{"_start": func(e kernel.Event) {
			p.is().NoError(e.Kernel.SelectRead(r, "input"))
			p.is().NoError(e.Kernel.SelectWrite(r, "output"))
			e.Kernel.SelectClear(r, kernel.Write)
			p.is().NoError(e.Kernel.SelectWrite(r, "output"))
			e.Kernel.SelectClear(r)
		}})
		p.run(k)
		for _, c := range all {
			p.is().Equal(words, c.count)
			p.is().True(c.over)
			p.is().NoError(c.in.Close())
			p.is().NoError(c.out.Close())
		}
		p.is().NoError(r.Close())
		p.is().NoError(w.Close())

		count := 0
		p.start(k, states{
			"_start": func(e kernel.Event) { e.Kernel.Yield("increment") },
			"increment": func(e kernel.Event) {
				if count < 10 {
					e.Kernel.Yield("increment")
					count++
				}
			},
		})
		p.is().NoError(p.end(k), "once more")
		p.is().Equal(10, count)
	})
}

// ponger answers every ping.
func (p *proof) ponger(k *kernel.Kernel, in, out *kernel.Handle) *chatter {
	c := &chatter{p: p, in: in, out: out}
	p.start(k, states{
		"_start": func(e kernel.Event) {
			p.is().NoError(e.Kernel.SelectRead(in, "input"))
			p.is().NoError(e.Kernel.SelectWrite(out, "output"))
			p.is().True(e.Kernel.SelectPauseWrite(out))
		},
		"input": func(e kernel.Event) {
			switch c.read() {
			case "ping":
				c.count++
				c.say(e, "pong")
			default:
				c.end(e)
			}
		},
		"output": c.output,
	})
	return c
}

// pinger pauses its input for a while after each pong.
func (p *proof) pinger(k *kernel.Kernel, in, out *kernel.Handle, words int) *chatter {
	c := &chatter{p: p, in: in, out: out, queue: []string{"ping"}}
	paused := false
	p.start(k, states{
		"_start": func(e kernel.Event) {
			p.is().NoError(e.Kernel.SelectRead(in, "input"))
			p.is().NoError(e.Kernel.SelectWrite(out, "output"))
		},
		"input": func(e kernel.Event) {
			p.is().False(paused)
			p.is().Equal("pong", c.read())
			if c.count++; c.count == words {
				e.Kernel.SelectClear(in, kernel.Read)
				c.say(e, "quit")
				c.over = true
				return
			}
			c.say(e, "ping")
			p.is().True(e.Kernel.SelectPauseRead(in))
			paused = true
			e.Kernel.Yield("resume", 20)
		},
		"resume": func(e kernel.Event) {
			if n := kernel.Arg[int](e, 0); n > 0 {
				e.Kernel.Yield("resume", n-1)
				return
			}
			paused = false
			p.is().True(e.Kernel.SelectResumeRead(in))
		},
		"output": c.output,
	})
	return c
}
