//go:build linux

package compat

import (
	"syscall"

	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/wheel/run"
)

func newRun(c *perl.Hash) (*Wheel, error) {
	checkRun(c)
	names := run.Names{Stdin: text(c, "StdinEvent"), Stdout: text(c, "StdoutEvent"), Stderr: text(c, "StderrEvent"), Error: text(c, "ErrorEvent"), Close: text(c, "CloseEvent")}
	cfg := runConfig(c, names)
	done := redirects(&cfg, c)
	perl.FlushAll()
	r, err := run.New(Kernel(), cfg)
	done()
	if err != nil {
		return nil, err
	}
	stdin := !cfg.NoStdin
	w := &Wheel{id: r.ID(), close: func() { _ = r.Close() }}
	fields := map[string]*string{"StdinEvent": &names.Stdin, "StdoutEvent": &names.Stdout, "StderrEvent": &names.Stderr, "ErrorEvent": &names.Error, "CloseEvent": &names.Close}
	w.call = func(method string, args []any) ([]any, bool) {
		switch method {
		case "put":
			if !stdin {
				perl.Die("Called put() on a wheel without an open STDIN handle")
			}
			r.Put(records(r.StdinFilter(), args)...)
			return perl.L(0), true
		case "PID":
			return perl.L(r.PID()), true
		case "kill":
			sig := syscall.SIGTERM
			if len(args) > 0 {
				sig = signalOf(args[0])
			}
			return perl.L(perl.If(r.Kill(sig) == nil, 1, 0)), true
		case "shutdown_stdin":
			r.ShutdownStdin()
			stdin = false
		case "event":
			setNames(args, fields)
			r.ReplaceEvents(names)
		default:
			return runCall(r, method, args)
		}
		return nil, true
	}
	return w, nil
}

// runCall calls a method that needs nothing but the wheel.
func runCall(r *run.Wheel, method string, args []any) ([]any, bool) {
	switch method {
	case "pause_stdout":
		r.PauseStdout()
	case "resume_stdout":
		r.ResumeStdout()
	case "pause_stderr":
		r.PauseStderr()
	case "resume_stderr":
		r.ResumeStderr()
	case "get_driver_out_octets":
		return perl.L(r.OutOctets()), true
	case "get_driver_out_messages":
		return perl.L(r.OutMessages()), true
	case "set_stdio_filter":
		r.SetStdioFilter(filterOf(args[0]))
	case "set_stdin_filter":
		r.SetStdinFilter(filterOf(args[0]))
	case "set_stdout_filter":
		r.SetStdoutFilter(filterOf(args[0]))
	case "set_stderr_filter":
		r.SetStderrFilter(filterOf(args[0]))
	case "get_stdin_filter":
		return perl.L(wrapFilter(r.StdinFilter())), true
	case "get_stdout_filter":
		return perl.L(wrapFilter(r.StdoutFilter())), true
	case "get_stderr_filter":
		return perl.L(wrapFilter(r.StderrFilter())), true
	default:
		return nil, false
	}
	return nil, true
}

// runConfig makes the configuration of a run wheel of the parameters of POE::Wheel::Run.
func runConfig(c *perl.Hash, names run.Names) run.Config {
	cfg := run.Config{Events: names, NoStdin: perl.True(c.Get("NoStdin")), NoSetSid: perl.True(c.Get("NoSetSid")), NoSetPgrp: perl.True(c.Get("NoSetPgrp")), Priority: perl.Int(c.Get("Priority")),
		StdioFilter: filterOf(c.Get("StdioFilter")), StdinFilter: filterOf(c.Get("StdinFilter")), StdoutFilter: filterOf(c.Get("StdoutFilter")), StderrFilter: filterOf(c.Get("StderrFilter")), CloseOnCall: perl.True(c.Get("CloseOnCall"))}
	if v := c.Get("Filter"); v != nil && cfg.StdioFilter == nil {
		cfg.StdioFilter = filterOf(v)
	}
	switch text(c, "Conduit") {
	case "pty":
		cfg.Conduit = run.Pty
	case "pty-pipe":
		cfg.Conduit = run.PtyPipe
	case "socketpair", "inet":
		cfg.Conduit = run.SocketPair
	}
	var extra []string
	if v := c.Get("ProgramArgs"); v != nil {
		extra = words(v)
	}
	switch p := c.Get("Program").(type) {
	case *perl.Code, *Postback:
		perl.TODO("P0513", "POE::Wheel::Run with a sub: Go cannot fork a running program; see wheel/run.Functions")
	case *perl.Array:
		if cfg.Program = append(words(p), extra...); len(cfg.Program) == 1 { // exec takes one word for a command
			cfg.Command, cfg.Program = cfg.Program[0], nil
		}
	default: // POE joins a text and its arguments, which the shell splits again
		cfg.Command, cfg.Args = perl.Str(p), extra
	}
	return cfg
}
