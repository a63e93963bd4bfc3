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

// DetachConfig configures the background process.
type DetachConfig struct {
	// Dir is the working directory; empty is "/". Relative paths in the
	// arguments refer to it.
	Dir string
	// Umask is the file mode creation mask. A negative value keeps the inherited
	// mask. 0 masks no permission bits, which is the tradition of daemons.
	Umask int
	// Log is a file to which standard output and standard error are appended;
	// empty is /dev/null. It is opened before the working directory changes, and
	// created with mode 0640 if it does not exist.
	Log string
	// Args are the arguments without the program's name. If nil, they are those
	// of this process.
	Args []string
	// Timeout limits the time until Ready or Fail; the process is then killed.
	// If it is 0 or less, there is no limit.
	Timeout time.Duration
}

// Detached is one side of a detachment: the foreground process or the
// background process. Its methods may be called on any goroutine.
type Detached struct {
	pid    int
	parent bool

	mu   sync.Mutex
	pipe *os.File
}

// Parent reports whether this is the foreground process. Its work is done, and
// main should return.
func (d *Detached) Parent() bool { return d.parent }

// PID returns the ID of the background process, in both processes.
func (d *Detached) PID() int { return d.pid }

// Detach runs the program in the background: it starts the program again in a
// session of its own, without a terminal and with standard input from
// /dev/null, and waits until the new process has called Ready or Fail, or has
// ended.
//
// In the foreground process Parent reports true once the start has succeeded;
// the error is the reason why it has failed. In the background process, whose
// main reaches the same call, Parent reports false, and main continues up to
// Ready. Everything before the call runs in both processes, so the call should
// come early.
//
// Go cannot fork; daemons in Perl use two forks and setsid for the same
// purpose. The background process leads its session: a terminal that it opens
// without syscall.O_NOCTTY becomes its controlling terminal.
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

// Ready reports to the foreground process that the start has succeeded. Call it
// when the sockets are bound and the privileges dropped. Only the first call of
// Ready or Fail has an effect; in the foreground process both do nothing. It is
// no error if the foreground process has ended.
func (d *Detached) Ready() error { return d.say(startedWell) }

// Fail reports to the foreground process that the start has failed. Long
// reasons are truncated; a nil reason is reported as unknown. The process
// should then end with an exit code other than 0. Only the first call of Ready
// or Fail has an effect.
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
