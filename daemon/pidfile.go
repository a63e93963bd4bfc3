//go:build unix

package daemon

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// maxPIDFile is how much of a pid file is looked at.
const maxPIDFile = 64

// RunningError indicates that another process holds the pid file.
type RunningError struct {
	Path string
	PID  int // 0 if the file does not say
}

// Error names the file and the process.
func (e *RunningError) Error() string {
	return fmt.Sprintf("daemon: pid file %s: held by process %d", e.Path, e.PID)
}

// PIDFile is a pid file which this process holds. What makes it held is a lock
// on the file, which the system releases when the process ends for any reason:
// a file left behind by another process does no harm, whatever number it
// contains. Its methods may be called on any goroutine.
type PIDFile struct {
	path  string
	stale int

	mu   sync.Mutex
	file *os.File
}

// LockPIDFile creates the pid file if necessary, locks it and writes the ID of
// this process to it. It does not wait: if another process holds the file, the
// error is a *[RunningError]. The lock ends with the process, so call
// LockPIDFile after Detach. Child processes do not inherit the lock.
func LockPIDFile(path string) (*PIDFile, error) {
	if path == "" {
		return nil, fmt.Errorf("daemon: pid file: %w", errors.New("path is required"))
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("daemon: pid file: %w", err)
	}
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o644)
		if err != nil {
			return nil, fmt.Errorf("daemon: pid file: %w", err)
		}
		if err := flock(f); err != nil {
			defer f.Close()
			if errors.Is(err, unix.EWOULDBLOCK) {
				return nil, &RunningError{Path: path, PID: readPID(f)}
			}
			return nil, fmt.Errorf("daemon: pid file %s: %w", path, err)
		}
		if !current(f, path) {
			f.Close() // its former owner has removed it in between
			continue
		}
		p := &PIDFile{path: path, file: f, stale: readPID(f)}
		if err := p.write(os.Getpid()); err != nil {
			p.Close()
			return nil, err
		}
		return p, nil
	}
}

// flock takes the lock without waiting.
func flock(f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var lockErr error
	err = raw.Control(func(fd uintptr) {
		for {
			if lockErr = unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB); lockErr != unix.EINTR {
				return
			}
		}
	})
	return errors.Join(err, lockErr)
}

// current reports whether the open file is still the one at path.
func current(f *os.File, path string) bool {
	open, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(path)
	return err == nil && os.SameFile(open, there)
}

// readPID returns the number in a pid file, 0 if there is none that makes
// sense.
func readPID(f *os.File) int {
	text, err := io.ReadAll(io.NewSectionReader(f, 0, maxPIDFile))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 0 {
		return 0
	}
	return pid
}

func (p *PIDFile) write(pid int) error {
	if err := p.file.Truncate(0); err != nil {
		return fmt.Errorf("daemon: pid file: %w", err)
	}
	if _, err := p.file.WriteAt([]byte(strconv.Itoa(pid)+"\n"), 0); err != nil {
		return fmt.Errorf("daemon: pid file: %w", err)
	}
	return nil
}

// Path returns the file's absolute path.
func (p *PIDFile) Path() string { return p.path }

// Stale returns the ID of a process which held the file before and ended
// without removing it, for example in a crash, or 0 if there was none.
func (p *PIDFile) Stale() int { return p.stale }

// Chown changes the owner of the file, so that a process which has dropped its
// privileges can still write to it. After Close the error is os.ErrClosed.
func (p *PIDFile) Chown(uid, gid int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == nil {
		return fmt.Errorf("daemon: pid file %s: %w", p.path, os.ErrClosed)
	}
	return p.file.Chown(uid, gid)
}

// Close removes the file, unless another file has replaced it at that path, and
// releases the lock. If the process may not remove the file because it has
// dropped its privileges, Close empties the file and returns nil. Later calls
// do nothing.
func (p *PIDFile) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == nil {
		return nil
	}
	f := p.file
	p.file = nil
	defer f.Close()
	if !current(f, p.path) {
		return nil
	}
	err := os.Remove(p.path)
	if errors.Is(err, os.ErrPermission) {
		err = f.Truncate(0)
	}
	if err != nil {
		return fmt.Errorf("daemon: pid file: %w", err)
	}
	return nil
}

// ReadPIDFile returns the ID of the process that holds a pid file, for commands
// such as "stop" and "reload". If the file does not exist, or no process holds
// it, the error is os.ErrNotExist, whatever the file contains.
func ReadPIDFile(path string) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("daemon: pid file: %w", err)
	}
	defer f.Close()
	switch err := flock(f); {
	case err == nil:
		return 0, fmt.Errorf("daemon: pid file %s: nobody holds it: %w", path, os.ErrNotExist)
	case !errors.Is(err, unix.EWOULDBLOCK):
		return 0, fmt.Errorf("daemon: pid file %s: %w", path, err)
	}
	if pid := readPID(f); pid != 0 {
		return pid, nil
	}
	return 0, fmt.Errorf("daemon: pid file %s: no process number in it", path)
}
