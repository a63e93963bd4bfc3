package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// watchInterval is how often files are looked at.
const watchInterval = 200 * time.Millisecond

// watchFile translates, and again after every change of the Perl program or of a
// trace, until the context ends. Trouble is printed, and the next change is
// waited for.
func (p *porting) watchFile(ctx context.Context) error {
	last := ""
	for tick := time.NewTicker(watchInterval); ; {
		if now := p.stamp(); now != last {
			last = now
			if _, err := p.once(ctx); err != nil && ctx.Err() == nil {
				fmt.Fprintln(p.stderr, "poe:", err)
			}
			if ctx.Err() == nil {
				fmt.Fprintf(p.stderr, "poe: waiting for changes of %s\n", p.file)
			}
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return nil
		case <-tick.C:
		}
	}
}

// stamp is another text after a change of the watched files.
func (p *porting) stamp() string {
	text := ""
	for _, name := range append([]string{p.file, p.check}, p.traces...) {
		if info, err := os.Stat(name); err == nil {
			text += fmt.Sprint(name, info.Size(), info.ModTime().UnixNano(), "\n")
		}
	}
	return text
}
