//go:build unix

package poetests_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// named makes a filter by its name, and wraps texts as its records.
func (p *proof) named(name string) filter.Filter {
	switch name {
	case "line":
		return made(filter.NewLine(filter.LineConfig{}))
	case "stream":
		return filter.NewStream()
	case "reference":
		return made(filter.NewReference(filter.ReferenceConfig{Serializer: backwards{}}))
	case "block":
		return made(filter.NewBlock(filter.BlockConfig{}))
	}
	p.Fatalf("no filter %q", name)
	return nil
}

func wrapped(mode, text string) any {
	if mode == "reference" {
		return []string{text}
	}
	return text
}

func unwrapped(rec any) string {
	if list, ok := rec.([]string); ok {
		return strings.Join(list, "")
	}
	return rec.(string)
}

// rot13 turns letters by half the alphabet.
func rot13(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return 'a' + (r-'a'+13)%26
		case r >= 'A' && r <= 'Z':
			return 'A' + (r-'A'+13)%26
		}
		return r
	}, s)
}

// t/10_units/05_filters/99_filterchange: two sessions agree on one filter
// after another, every change between two of four among them, and none loses a
// byte; then one session changes filters in the middle of what it has written
// all at once.
func TestUnitsFiltersFilterchange(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		masterIn, slaveOut, err := kernel.Pipe()
		p.ok(err)
		slaveIn, masterOut, err := kernel.Pipe()
		p.ok(err)
		p.slave(k, slaveIn, slaveOut)
		answered := p.master(k, masterIn, masterOut)
		stepped := p.streamed(k)
		p.run(k)
		p.is().Equal(16, *answered)
		p.is().Equal(19, *stepped)
		p.whatWaits()
	})
}

// slave changes its filter when it is told "do NAME", and answers "rot13 TEXT".
func (p *proof) slave(k *kernel.Kernel, in, out *kernel.Handle) {
	mode := "line"
	var w *readwrite.Wheel
	p.start(k, states{
		"_start": func(e kernel.Event) {
			w = p.both(e.Kernel, in, out, readwrite.Names{Input: "input", Flushed: "flushed", Error: "error"})
		},
		"input": func(e kernel.Event) {
			text := unwrapped(e.Arg(0))
			verb, rest, _ := strings.Cut(text, " ")
			switch verb {
			case "do":
				w.Put(wrapped(mode, "will "+rest))
				w.SetFilter(p.named(rest))
				mode = rest
			case "rot13":
				w.Put(wrapped(mode, "rot13 "+rest+"="+rot13(rest)))
			case "done":
				w.Put(wrapped(mode, "done"))
				mode = "done"
			default:
				p.Errorf("the slave got %q", text)
			}
		},
		"flushed": func(kernel.Event) {
			if mode == "done" {
				w.Close()
			}
		},
		"error": func(e kernel.Event) { p.Error(e.Args...); w.Close() },
	})
}

// both makes a wheel on two handles that begins with lines.
func (p *proof) both(k *kernel.Kernel, in, out *kernel.Handle, events readwrite.Names) *readwrite.Wheel {
	w, err := readwrite.New(k, readwrite.Config{
		InputHandle: in, OutputHandle: out, Filter: p.named("line"), Driver: made(driver.New(driver.Config{})), Events: events,
	})
	p.ok(err)
	return w
}

// master goes through the changes and asks for a word after each.
func (p *proof) master(k *kernel.Kernel, in, out *kernel.Handle) *int {
	script := strings.Fields("line stream stream line reference reference line block block stream reference block reference stream block line")
	mode, step, answered := "line", 0, 0
	var w *readwrite.Wheel
	p.start(k, states{
		"_start": func(e kernel.Event) {
			w = p.both(e.Kernel, in, out, readwrite.Names{Input: "input", Error: "error"})
			e.Kernel.Yield("next")
		},
		"next": func(kernel.Event) {
			if step < len(script) {
				w.Put(wrapped(mode, "do "+script[step]))
			} else {
				w.Put(wrapped(mode, "done"))
			}
		},
		"input": func(e kernel.Event) {
			text := unwrapped(e.Arg(0))
			verb, rest, _ := strings.Cut(text, " ")
			switch verb {
			case "will":
				p.is().Equal(script[step], rest)
				w.SetFilter(p.named(rest))
				mode = rest
				w.Put(wrapped(mode, fmt.Sprint("rot13 word", step)))
			case "rot13":
				asked, answer, _ := strings.Cut(rest, "=")
				p.is().Equal("word"+strconv.Itoa(step), asked)
				p.is().Equal(rot13(asked), answer)
				answered++
				step++
				e.Kernel.Yield("next")
			case "done":
				w.Close()
			default:
				p.Errorf("the master got %q", text)
			}
		},
		"error": func(e kernel.Event) { p.Error(e.Args...); w.Close() },
	})
	return &answered
}

// streamed writes a script in which every "do NAME" is the last record of a
// filter, and reads it with the same changes.
func (p *proof) streamed(k *kernel.Kernel) *int {
	var script []string
	for i, name := range strings.Fields("line reference reference block block reference line block line") {
		script = append(script, "do "+name, fmt.Sprint("word", i))
	}
	script = append(script, "done")
	step := 0
	var w *readwrite.Wheel
	p.start(k, states{
		"_start": func(e kernel.Event) {
			in, out, err := kernel.Pipe()
			p.ok(err)
			w = p.both(e.Kernel, in, out, readwrite.Names{Input: "input", Error: "error"})
			mode := "line"
			for _, text := range script {
				w.Put(wrapped(mode, text))
				if name, ok := strings.CutPrefix(text, "do "); ok {
					w.SetOutputFilter(p.named(name))
					mode = name
				}
			}
		},
		"input": func(e kernel.Event) {
			text := unwrapped(e.Arg(0))
			p.is().Equal(script[step], text)
			step++
			if name, ok := strings.CutPrefix(text, "do "); ok {
				w.SetInputFilter(p.named(name))
			}
			if text == "done" {
				w.Close()
			}
		},
		"error": func(e kernel.Event) { p.Error(e.Args...); w.Close() },
	})
	return &step
}

// whatWaits looks at what filters have not decoded.
func (p *proof) whatWaits() {
	h := p.bytes(p.named("line"))
	p.is().Equal([]any{"whole line"}, h.get("whole line\r\n", "partial line"))
	p.is().Equal([]any{"partial line"}, h.pending())

	h = p.bytes(made(filter.NewBlock(filter.BlockConfig{BlockSize: 16})))
	p.is().Equal([]any{"this whole block"}, h.get("this whole block", "partial"))
	p.is().Equal([]any{"partial"}, h.pending())

	b := filter.NewBuffer(p.named("reference"))
	rec := []string{"whole reference"}
	frozen, err := b.Put(rec)
	p.ok(err)
	recs, err := b.Get(frozen[0], []byte("100\x00partial reference"))
	p.ok(err)
	p.is().Equal([]any{rec}, recs)
	p.is().Equal([]any{"100\x00partial reference"}, b.Pending())
}
