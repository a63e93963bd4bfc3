//go:build unix

package run

import (
	"errors"
	"fmt"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
)

func wrong(field string, err error) error {
	return &kernel.ConfigError{Package: "run", Field: field, Err: err}
}

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
func (c *Config) check() error {
	if err := c.checkProgram(); err != nil {
		return err
	}
	if c.Conduit < Pipe || c.Conduit > Inet {
		return wrong("Conduit", fmt.Errorf("%d is unknown", c.Conduit))
	}
	if err := c.checkRedirects(); err != nil {
		return err
	}
	if err := c.checkTerminal(); err != nil {
		return err
	}
	if c.StdioFilter != nil && (c.StdinFilter != nil || c.StdoutFilter != nil) {
		return wrong("StdioFilter", errStdio)
	}
	if c.StdioDriver != nil && (c.StdinDriver != nil || c.StdoutDriver != nil) {
		return wrong("StdioDriver", errDrivers)
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
			return wrong("Func", fmt.Errorf("%q is not one of the functions given to Main", c.Func.name))
		}
	}
	if given != 1 {
		return wrong("Program", errWhat)
	}
	return nil
}

func (c *Config) checkRedirects() error {
	wants := wanted(c.Events)
	for _, r := range []struct {
		field string
		to    Redirect
		event bool
	}{
		{"RedirectStdin", c.RedirectStdin, wants.stdin},
		{"RedirectStdout", c.RedirectStdout, wants.stdout},
		{"RedirectStderr", c.RedirectStderr, wants.stderr},
		{"RedirectOutput", c.RedirectOutput, wants.stdout || wants.stderr},
	} {
		switch {
		case !r.to.set():
		case r.to.Path != "" && r.to.File != nil:
			return wrong(r.field, errPathFile)
		case r.event:
			return wrong(r.field, errBoth)
		case c.terminal():
			return wrong(r.field, errNoPipe)
		}
	}
	if c.RedirectOutput.set() && (c.RedirectStdout.set() || c.RedirectStderr.set()) {
		return wrong("RedirectOutput", errOutputToo)
	}
	return nil
}

func (c *Config) terminal() bool { return c.Conduit == Pty || c.Conduit == PtyPipe }

func (c *Config) checkTerminal() error {
	switch {
	case c.Winsize != (Winsize{}) && !c.terminal():
		return wrong("Winsize", errTerminal)
	case c.Conduit == Pty && wanted(c.Events).stderr:
		return wrong("Events", errNoStderr)
	case c.Conduit == Pty && c.StderrFilter != nil:
		return wrong("StderrFilter", errNoStderr)
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
