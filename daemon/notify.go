package daemon

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"time"
)

// Notifier reports the state of the program to systemd, or to another
// supervisor that uses its protocol. It keeps its socket open, so it works
// after a chroot and a change of user. All methods of a nil Notifier, and of
// one without a supervisor, do nothing and return nil or the zero value. The
// methods may be called on any goroutine.
type Notifier struct {
	watchdog time.Duration
	path     string // of the socket, empty without one

	mu   sync.Mutex
	conn *net.UnixConn
}

// NewNotifier returns a Notifier for the supervisor named by $NOTIFY_SOCKET,
// and removes that variable and $WATCHDOG_USEC from the environment, so that
// child processes cannot report in place of this one. If $NOTIFY_SOCKET is not
// set, the Notifier does nothing. The error reports a malformed interval or a
// socket that cannot be reached.
func NewNotifier() (*Notifier, error) {
	n := &Notifier{}
	var err error
	if n.watchdog, err = watchdogInterval(); err != nil {
		return nil, fmt.Errorf("daemon: notify: %w", err)
	}
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return n, nil
	}
	n.path = path
	if err := os.Unsetenv("NOTIFY_SOCKET"); err != nil {
		return nil, fmt.Errorf("daemon: notify: %w", err)
	}
	if n.conn, err = net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"}); err != nil {
		return nil, fmt.Errorf("daemon: notify: %w", err)
	}
	return n, nil
}

// Enabled reports whether there is a supervisor to report to: false after
// Close.
func (n *Notifier) Enabled() bool {
	if n == nil {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.conn != nil
}

// WatchdogInterval returns the longest time allowed between two calls of
// Watchdog. It is 0 if the supervisor expects none.
func (n *Notifier) WatchdogInterval() time.Duration {
	if !n.Enabled() {
		return 0
	}
	return n.watchdog
}

// Ready reports that the program has completed its start or a reload.
func (n *Notifier) Ready() error { return n.send("READY=1") }

// Reloading reports that the program is reading its configuration; Ready
// reports the end of that.
func (n *Notifier) Reloading() error {
	return n.send(append([]string{"RELOADING=1"}, monotonic()...)...)
}

// Stopping reports that the program is about to end.
func (n *Notifier) Stopping() error { return n.send("STOPPING=1") }

// Watchdog reports that the program is alive. See WatchdogInterval.
func (n *Notifier) Watchdog() error { return n.send("WATCHDOG=1") }

// Status sets the line which systemctl status shows. Line breaks in text become
// spaces.
func (n *Notifier) Status(text string) error {
	return n.send("STATUS=" + strings.NewReplacer("\n", " ", "\r", " ").Replace(text))
}

// MainPID reports that the process pid is the service's main process from now
// on. Later reports of this process may be ignored.
func (n *Notifier) MainPID(pid int) error { return n.send(fmt.Sprintf("MAINPID=%d", pid)) }

// environment is what a successor needs to make a Notifier of its own.
func (n *Notifier) environment() (env []string) {
	if n == nil || n.path == "" {
		return nil
	}
	env = append(env, "NOTIFY_SOCKET="+n.path)
	if n.watchdog > 0 {
		env = append(env, fmt.Sprintf("WATCHDOG_USEC=%d", n.watchdog.Microseconds()))
	}
	return env
}

func (n *Notifier) send(lines ...string) error {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conn == nil {
		return nil
	}
	if _, err := n.conn.Write([]byte(strings.Join(lines, "\n") + "\n")); err != nil {
		return fmt.Errorf("daemon: notify: %w", err)
	}
	return nil
}

// Close closes the socket. The Notifier then does nothing. Later calls do
// nothing.
func (n *Notifier) Close() error {
	if n == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.conn == nil {
		return nil
	}
	err := n.conn.Close()
	n.conn = nil
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("daemon: notify: %w", err)
	}
	return nil
}
