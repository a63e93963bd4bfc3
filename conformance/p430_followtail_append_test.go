package conformance

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
)

// pollInterval is the interval of the programs about FollowTail.
const pollInterval = 30 * time.Millisecond

// writeFile is Perl's open with ">" or ">>", print, close.
func (p *port) writeFile(mode, name, text string) {
	flags := os.O_WRONLY | os.O_CREATE | either(mode == ">", os.O_TRUNC, os.O_APPEND)
	p.asks("writes a file", func() error {
		f, err := os.OpenFile(name, flags, 0o666)
		if err != nil {
			return err
		}
		_, err = f.WriteString(text)
		return errors.Join(err, f.Close())
	})
}

// fileSize is Perl's -s.
func (p *port) fileSize(name string) int64 {
	return must(kernel.Recorded(p.k, "asks for a file's size", func() (int64, error) {
		info, err := os.Stat(name)
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	}))
}

func p430(p *port) {
	k := p.kernel()
	file := filepath.Join(p.dir(), "log")
	add := func(text string) { p.writeFile(">>", file, text) }
	add("old one\nold two\nold par")
	var w *followtail.Wheel
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(followtail.New(k, followtail.Config{Filename: file, PollInterval: pollInterval,
				Events: followtail.Names{Input: "input", Error: "error", Reset: "reset"}}))
			add("tial\nnew one\n")
		},
		"input": func(e kernel.Event) {
			p.out("input", fmt.Sprintf("<%s>", e.Arg(0)), "my id", yesNo(e.Arg(1) == w.ID()), "argc", len(e.Args))
			switch e.Arg(0) {
			case "new one":
				add("new two\n\nnew th")
				k.Delay("more", 100*time.Millisecond)
			case "new three":
				p.out("tell is the file size", yesNo(w.Tell() == p.fileSize(file)))
				w.Close()
			}
		},
		"more":  func(kernel.Event) { p.out("the rest of the line follows"); add("ree\n") },
		"reset": func(kernel.Event) { p.out("reset (not expected)") },
		"error": func(e kernel.Event) { p.out(with(e.Args[:3], "error")...) },
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
