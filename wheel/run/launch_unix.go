//go:build unix

package run

import "github.com/gopoe/poe/kernel"

// launched is what the wheel has of a child that was started, as a recording has
// it.
type launched struct {
	Stdin, Stdout, Stderr *kernel.Handle
	Terminal              bool // input and output are one handle
	PID                   int
	OwnGroup              bool
	ExecErr               error
}

// launch opens what connects the wheel with the child, and starts that. In a
// replay no process is started.
func (w *Wheel) launch(k *kernel.Kernel, c *Config) (*stdio, error) {
	l, err := kernel.Recorded(k, "process", func() (launched, error) {
		if c.Processes != nil {
			return w.launchSimulated(c)
		}
		return w.launchNow(c)
	})
	if err != nil {
		return nil, err
	}
	if l.Terminal {
		l.Stdout = l.Stdin
	}
	w.pid, w.ownGroup, w.execErr = l.PID, l.OwnGroup, l.ExecErr
	return &stdio{stdin: stream{parentEnd: l.Stdin}, stdout: stream{parentEnd: l.Stdout}, stderr: stream{parentEnd: l.Stderr}}, nil
}

func (w *Wheel) launchNow(c *Config) (l launched, err error) {
	p, err := c.connect(w.events.Funcs)
	if err != nil {
		return l, err
	}
	if err := w.start(c, p); err != nil {
		p.close()
		return l, err
	}
	p.closeChildSide()
	l = launched{Stdin: p.stdin.parentEnd, Stdout: p.stdout.parentEnd, Stderr: p.stderr.parentEnd, PID: w.pid, OwnGroup: w.ownGroup, ExecErr: w.execErr}
	if l.Terminal = l.Stdin != nil && l.Stdin == l.Stdout; l.Terminal {
		l.Stdout = nil
	}
	return l, nil
}

// asked makes a call about the child, whose result is recorded.
func (w *Wheel) asked(what string, call func() error) error {
	_, err := kernel.Recorded(w.base.Kernel, what, func() (bool, error) { return true, call() })
	return err
}
