//go:build unix

package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// detachedVar marks a process as the one in the background: the number
// of the process that started it.
const detachedVar = "POE_DAEMON_DETACHED"

// Descriptors of re-executed processes.
const firstExtra = 3

// What a process says through its pipe once it has started; anything else is
// the reason why it has not.
const startedWell = "ok\n"

// maxReason is how long the reason of a failed start may be, in bytes.
const maxReason = 4096

// DetachConfig describes the process in the background.
type DetachConfig struct {
	// Dir is its working directory; empty is "/". Relative paths among its
	// arguments mean something else there than in the foreground.
	Dir string
	// Umask are the permission bits that new files do not get; -1 is the mask
	// that it inherits. 0 takes none away, as daemons traditionally have it.
	Umask int
	// Log is a file to which standard output and error are appended; empty is
	// /dev/null. It is made with mode 0640. It is opened before the change of
	// directory.
	Log string
	// Args are its arguments, without the program's name; nil are this
	// process's.
	Args []string
	// Timeout is how long it may take to start; it is killed after that.
	// 0 is forever.
	Timeout time.Duration
}

// Detached is one side of a detachment. Its methods are safe on any goroutine.
type Detached struct {
	pid    int
	parent bool

	mu   sync.Mutex
	pipe *os.File
}

// Parent reports whether this is the process that was in the foreground: its work
// is done, main should return.
func (d *Detached) Parent() bool { return d.parent }

// PID returns the number of the process in the background.
func (d *Detached) PID() int { return d.pid }

// Detach puts the program into the background: it starts the program once more,
// in a session of its own without a terminal, with standard input from
// /dev/null, and waits until that one has called Ready or Fail, or has ended.
//
// In the foreground it returns with Parent() true when the start has succeeded;
// the error is the reason why it has not. In the background, where main comes
// to the same call, it returns with Parent() false, and main continues, to Ready.
// Everything before the call runs twice, so it should come early.
//
// Go cannot fork; this is what daemon programs in Perl do with two forks and
// setsid. The process leads its session: a terminal opened without
// syscall.O_NOCTTY would become its own.
func Detach(b DetachConfig) (*Detached, error) {
	if from := os.Getenv(detachedVar); from != "" {
		return inBackground(b, from)
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("daemon: detach: %w", err)
	}
	defer read.Close()
	process, err := b.start(write)
	write.Close()
	if err != nil {
		return nil, fmt.Errorf("daemon: detach: %w", err)
	}
	if err := b.await(process, read); err != nil {
		return nil, err
	}
	return &Detached{pid: process.Pid, parent: true}, nil
}

// start starts the program once more.
func (b *DetachConfig) start(pipe *os.File) (*os.Process, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	out := null
	if b.Log != "" {
		if out, err = os.OpenFile(b.Log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640); err != nil {
			return nil, err
		}
		defer out.Close()
	}
	args := b.Args
	if args == nil {
		args = os.Args[1:]
	}
	dir := b.Dir
	if dir == "" {
		dir = "/"
	}
	return os.StartProcess(path, append([]string{os.Args[0]}, args...), &os.ProcAttr{
		Dir:   dir,
		Env:   append(os.Environ(), detachedVar+"="+strconv.Itoa(os.Getpid())),
		Files: []*os.File{null, out, out, pipe},
		Sys:   &syscall.SysProcAttr{Setsid: true},
	})
}

// await waits for the outcome of the start.
func (b *DetachConfig) await(process *os.Process, pipe *os.File) error {
	if b.Timeout > 0 {
		if err := pipe.SetReadDeadline(time.Now().Add(b.Timeout)); err != nil {
			return fmt.Errorf("daemon: detach: %w", err)
		}
	}
	said, err := io.ReadAll(io.LimitReader(pipe, maxReason))
	if err != nil { // too late, or the pipe is broken: its state is not known
		_ = process.Kill() // it may have ended by itself
		_, _ = process.Wait()
		return fmt.Errorf("daemon: detach: process %d killed, it has not started: %w", process.Pid, err)
	}
	if string(said) == startedWell {
		return process.Release()
	}
	state, err := process.Wait()
	if err != nil {
		return fmt.Errorf("daemon: detach: %w", err)
	}
	if reason := bytes.TrimSpace(said); len(reason) > 0 {
		return fmt.Errorf("daemon: detach: the process in the background says: %s", reason)
	}
	return fmt.Errorf("daemon: detach: the process in the background ended before it was ready: %s", state)
}

// inBackground is Detach in the process that it has started.
func inBackground(b DetachConfig, from string) (*Detached, error) {
	if err := os.Unsetenv(detachedVar); err != nil { // or its children would think they were it
		return nil, fmt.Errorf("daemon: detach: %w", err)
	}
	// The parent may have gone; what it waits with is the pipe.
	if _, err := strconv.Atoi(from); err != nil {
		return nil, fmt.Errorf("daemon: detach: %s=%q is no process number", detachedVar, from)
	}
	syscall.CloseOnExec(firstExtra)
	if b.Umask >= 0 {
		syscall.Umask(b.Umask)
	}
	return &Detached{pid: os.Getpid(), pipe: os.NewFile(firstExtra, "start pipe")}, nil
}

// Ready reports to the process in the foreground that the start has succeeded: call
// it when the sockets are bound and the privileges dropped. Only the first call
// of Ready or Fail counts; in the foreground both do nothing. A foreground
// process that has gone away is no error.
func (d *Detached) Ready() error { return d.say(startedWell) }

// Fail reports that the start has failed, and why. The process should end
// after it, with an exit code other than 0.
func (d *Detached) Fail(reason error) error {
	if reason == nil {
		reason = errors.New("unknown reason")
	}
	text := strings.TrimSpace(reason.Error())
	return d.say("failed: " + text[:min(len(text), maxReason-16)])
}

func (d *Detached) say(text string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pipe == nil {
		return nil
	}
	_, err := d.pipe.WriteString(text)
	d.pipe.Close()
	d.pipe = nil
	if err != nil && !errors.Is(err, syscall.EPIPE) {
		return fmt.Errorf("daemon: detach: %w", err)
	}
	return nil
}
