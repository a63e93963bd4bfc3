//go:build unix

package run

import (
	"errors"
	"fmt"

	"github.com/gopoe/poe/filter"
)

var (
	errWhat      = errors.New("exactly one of Command, Program and Func is required")
	errBoth      = errors.New("an event and a redirection of one stream exclude each other")
	errTerminal  = errors.New("needs a terminal: Pty or PtyPipe")
	errNoPipe    = errors.New("a terminal cannot be redirected")
	errNoStderr  = errors.New("with Pty standard error is not apart; use PtyPipe")
	errStdio     = errors.New("excludes StdinFilter and StdoutFilter")
	errDrivers   = errors.New("excludes StdinDriver and StdoutDriver")
	errPathFile  = errors.New("needs either a Path or a File")
	errOutputToo = errors.New("excludes RedirectStdout and RedirectStderr")
)

// check completes the configuration and finds what is wrong with it.
func (c *Config) check(events *Funcs) error {
	if err := c.checkProgram(); err != nil {
		return err
	}
	if err := c.checkSimulated(); err != nil {
		return err
	}
	if c.Conduit < Pipe || c.Conduit > Inet {
		return kind.ConfigError("Conduit", fmt.Errorf("%d is unknown", c.Conduit))
	}
	if err := c.checkRedirects(events); err != nil {
		return err
	}
	if err := c.checkTerminal(events); err != nil {
		return err
	}
	if c.Timeout < 0 {
		return kind.ConfigError("Timeout", fmt.Errorf("%v is negative", c.Timeout))
	}
	if c.KillAfter < 0 {
		return kind.ConfigError("KillAfter", fmt.Errorf("%v is negative", c.KillAfter))
	}
	if c.StdioFilter != nil && (c.StdinFilter != nil || c.StdoutFilter != nil) {
		return kind.ConfigError("StdioFilter", errStdio)
	}
	if c.StdioDriver != nil && (c.StdinDriver != nil || c.StdoutDriver != nil) {
		return kind.ConfigError("StdioDriver", errDrivers)
	}
	return c.defaultFilters()
}

func (c *Config) checkProgram() error {
	given := 0
	if c.Command != "" {
		given++
	}
	if len(c.Program) > 0 {
		given++
	}
	if c.Func != (Func{}) {
		given++
		if !c.Func.known() {
			return kind.ConfigError("Func", fmt.Errorf("%q is not one of the functions given to Main", c.Func.name))
		}
	}
	if given != 1 {
		return kind.ConfigError("Program", errWhat)
	}
	return nil
}

func (c *Config) checkRedirects(events *Funcs) error {
	stdout, stderr := events.Stdout != nil, events.Stderr != nil
	for _, r := range []struct {
		field string
		to    Redirect
		event bool
	}{
		{"RedirectStdin", c.RedirectStdin, events.Stdin != nil},
		{"RedirectStdout", c.RedirectStdout, stdout},
		{"RedirectStderr", c.RedirectStderr, stderr},
		{"RedirectOutput", c.RedirectOutput, stdout || stderr},
	} {
		switch {
		case !r.to.set():
		case r.to.Path != "" && r.to.File != nil:
			return kind.ConfigError(r.field, errPathFile)
		case r.event:
			return kind.ConfigError(r.field, errBoth)
		case c.terminal():
			return kind.ConfigError(r.field, errNoPipe)
		}
	}
	if c.RedirectOutput.set() && (c.RedirectStdout.set() || c.RedirectStderr.set()) {
		return kind.ConfigError("RedirectOutput", errOutputToo)
	}
	return nil
}

func (c *Config) terminal() bool { return c.Conduit == Pty || c.Conduit == PtyPipe }

func (c *Config) checkTerminal(events *Funcs) error {
	switch {
	case c.Winsize != (Winsize{}) && !c.terminal():
		return kind.ConfigError("Winsize", errTerminal)
	case c.Conduit == Pty && events.Stderr != nil:
		return kind.ConfigError("Events", errNoStderr)
	case c.Conduit == Pty && c.StderrFilter != nil:
		return kind.ConfigError("StderrFilter", errNoStderr)
	}
	return nil
}

func (c *Config) defaultFilters() error {
	lines := func() (filter.Filter, error) { return filter.NewLine(filter.LineConfig{Literal: "\n"}) }
	if c.StdioFilter == nil {
		var err error
		if c.StdioFilter, err = lines(); err != nil {
			return err
		}
	}
	if c.StdinFilter == nil {
		c.StdinFilter = c.StdioFilter
	}
	if c.StdoutFilter == nil {
		c.StdoutFilter = c.StdioFilter
	}
	if c.StderrFilter == nil {
		var err error
		if c.StderrFilter, err = lines(); err != nil {
			return err
		}
	}
	return nil
}
