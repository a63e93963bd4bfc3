//go:build unix

package run

import (
	"errors"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// start starts the child.
func (w *Wheel) start(c *Config, p *stdio) error {
	cred, err := c.credential()
	if err != nil {
		return err
	}
	cmd := c.command()
	attr := &os.ProcAttr{Dir: c.Dir, Env: cmd.env, Files: []*os.File{p.stdin.childEnd, p.stdout.childEnd, p.stderr.childEnd}, Sys: c.sysProcAttr()}
	attr.Sys.Credential = cred
	var process *os.Process
	if cmd.err == nil {
		process, cmd.err = os.StartProcess(cmd.path, cmd.argv, attr)
		if errors.Is(cmd.err, syscall.ENOEXEC) { // a script that does not say what runs it
			process, cmd.err = os.StartProcess(shell, append([]string{"sh", cmd.path}, cmd.argv[1:]...), attr)
		}
	}
	if cmd.err != nil {
		if errors.Is(cmd.err, syscall.EAGAIN) || errors.Is(cmd.err, syscall.ENOMEM) {
			return opError("fork", cmd.err)
		}
		w.execErr = opError("exec", cmd.err)
		if process, err = startFailing(cmd, attr); err != nil {
			return err
		}
	}
	w.pid = process.Pid
	w.process = machineChild{process, w.pid}
	w.ownGroup = attr.Sys.Setpgid || attr.Sys.Setsid
	return nil
}

// startFailing starts the child that stands for a program that could not be
// executed: it says why and exits with the error number.
func startFailing(cmd command, attr *os.ProcAttr) (*os.Process, error) {
	errno := errnoOf(cmd.err)
	attr.Dir, attr.Sys.Credential = "", nil // perhaps what failed
	p, err := os.StartProcess(shell, []string{"sh", "-c", `printf '%s\n' "$1" >&2; exit "$2"`, "sh", cannotExec(cmd.name, errno), strconv.Itoa(int(errno) & 0xff)}, attr)
	if err != nil {
		return nil, opError("fork", err)
	}
	return p, nil
}

// sysProcAttr puts the child into a session or a process group of its own.
func (c *Config) sysProcAttr() *syscall.SysProcAttr {
	if c.terminal() && !c.NoSetSid {
		return &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 0}
	}
	return &syscall.SysProcAttr{Setpgid: !c.NoSetPgrp}
}

// credential is whom the child runs as, nil for the same as this process.
func (c *Config) credential() (*syscall.Credential, error) {
	uid, gid := os.Geteuid(), os.Getegid()
	if c.User != "" {
		var err error
		if uid, err = findID(c.User, func(name string) (string, error) {
			u, err := user.Lookup(name)
			if err != nil {
				return "", err
			}
			return u.Uid, nil
		}); err != nil {
			return nil, kind.ConfigError("User", err)
		}
	}
	if c.Group != "" {
		var err error
		if gid, err = findID(c.Group, func(name string) (string, error) {
			g, err := user.LookupGroup(name)
			if err != nil {
				return "", err
			}
			return g.Gid, nil
		}); err != nil {
			return nil, kind.ConfigError("Group", err)
		}
	}
	if uid == os.Geteuid() && gid == os.Getegid() {
		return nil, nil
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// findID turns a number, or a name that lookUp knows, into an ID.
func findID(s string, lookUp func(string) (string, error)) (int, error) {
	if n, err := strconv.ParseUint(s, 10, 32); err == nil {
		return int(n), nil
	}
	text, err := lookUp(s)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(text, 10, 32)
	return int(n), err
}

// setPriority adds to the child's nice value. What goes wrong is reported by
// the error event, once New has returned.
func (w *Wheel) setPriority(delta int) {
	err := w.asked("setpriority", func() error {
		now, err := unix.Getpriority(unix.PRIO_PROCESS, w.pid)
		if err == nil {
			err = unix.Setpriority(unix.PRIO_PROCESS, w.pid, niceOf(now)+delta)
		}
		return err
	})
	if err == nil {
		return
	}
	w.base.Later(func() { w.emitError("setpriority", err, "") })
}
