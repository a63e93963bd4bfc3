//go:build linux

package perl

import (
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// System runs a command and returns its wait status, which is also in $?, or -1
// if it could not be started.
func System(args ...any) int {
	Stdout.Flush()
	cmd := command(args)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		succeeded(err)
		ChildStatus = -1
		return -1
	}
	ChildStatus = waitStatus(cmd.ProcessState)
	return ChildStatus
}

func command(args []any) *exec.Cmd {
	if len(args) == 1 {
		if s := Str(args[0]); strings.ContainsAny(s, "*?[]{}()<>|&;$`'\"\\\n~#=%") {
			return exec.Command("/bin/sh", "-c", s)
		}
		args = Fields(Str(args[0]), 0)
	}
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = Str(a)
	}
	if len(words) == 0 {
		words = []string{""}
	}
	return exec.Command(words[0], words[1:]...)
}

// Backtick runs a shell command and returns its standard output, or nil if it
// could not be started. The status is in $?.
func Backtick(line string) any {
	Stdout.Flush()
	cmd := command(L(line))
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	out, err := cmd.Output()
	if cmd.ProcessState == nil {
		succeeded(err)
		ChildStatus = -1
		return nil
	}
	ChildStatus = waitStatus(cmd.ProcessState)
	return string(out)
}

// LinesOf splits a text into lines, which keep their newlines.
func LinesOf(v any) []any {
	var out []any
	for _, l := range strings.SplitAfter(Str(v), "\n") {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}

// Exec replaces the process by a command. It returns only on an error, and then
// false.
func Exec(args ...any) bool {
	FlushAll()
	cmd := command(args)
	if cmd.Err != nil {
		return succeeded(syscall.ENOENT)
	}
	return succeeded(syscall.Exec(cmd.Path, cmd.Args, os.Environ()))
}

// Waitpid waits for a child process and returns its ID and sets $?. It returns
// 0 if the flags contain WNOHANG and the process still runs, and -1 if there is
// no such child.
func Waitpid(pid, flags any) int {
	var ws syscall.WaitStatus
	for {
		n, err := syscall.Wait4(Int(pid), &ws, Int(flags), nil)
		if err == syscall.EINTR {
			continue
		}
		if !succeeded(err) {
			ChildStatus = -1
			return -1
		}
		if n > 0 {
			ChildStatus = int(ws)
		}
		return n
	}
}

func openPipe(mode string, args []any) (*File, error) {
	cmd := command(args)
	if cmd.Err != nil {
		return nil, syscall.ENOENT
	}
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	r, w := fds[0], fds[1]
	ours, theirs := r, w
	files := []uintptr{0, uintptr(w), 2}
	if mode == "|-" {
		ours, theirs = w, r
		files = []uintptr{uintptr(r), 1, 2}
	}
	Stdout.Flush()
	pid, err := syscall.ForkExec(cmd.Path, cmd.Args, &syscall.ProcAttr{Files: files, Env: os.Environ()})
	_ = unix.Close(theirs)
	if err != nil {
		_ = unix.Close(ours)
		return nil, err
	}
	proc, _ := os.FindProcess(pid)
	return &File{fd: ours, name: "pipe", proc: proc, status: pid}, nil
}

// Pid returns the ID of the process at the other end of a pipe which Open has
// started.
func (f *File) Pid() int { return f.status }

func waitStatus(state *os.ProcessState) int {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok {
		return int(ws)
	}
	return state.ExitCode() << 8
}

// Times returns the user and system time of the process and of its children, in
// seconds.
func Times() []any {
	var t unix.Tms
	_, _ = unix.Times(&t)
	return []any{float64(t.Utime) / 100, float64(t.Stime) / 100, float64(t.Cutime) / 100, float64(t.Cstime) / 100}
}
