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

// Notifier reports to systemd, or a supervisor with its protocol, how the program is
// doing. It holds its socket open, so that it works after a chroot and a change
// of user. A nil Notifier, and one without a supervisor, does nothing: programs
// call it without looking. Its methods are safe on any goroutine.
type Notifier struct {
	watchdog time.Duration
	path     string // of the socket, empty without one

	mu   sync.Mutex
	conn *net.UnixConn
}

// NewNotifier takes $NOTIFY_SOCKET and $WATCHDOG_USEC out of the environment,
// so that child processes do not speak for this one. Without them it returns a
// Notifier that does nothing.
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

// Enabled reports whether anybody listens.
func (n *Notifier) Enabled() bool {
	if n == nil {
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.conn != nil
}

// WatchdogInterval is how often at least Watchdog must be called; 0 is never.
func (n *Notifier) WatchdogInterval() time.Duration {
	if !n.Enabled() {
		return 0
	}
	return n.watchdog
}

// Ready reports that the program serves, after its start or a reload.
func (n *Notifier) Ready() error { return n.send("READY=1") }

// Reloading reports that the program reads its configuration; Ready ends it.
func (n *Notifier) Reloading() error {
	return n.send(append([]string{"RELOADING=1"}, monotonic()...)...)
}

// Stopping reports that the program is about to end.
func (n *Notifier) Stopping() error { return n.send("STOPPING=1") }

// Watchdog reports that the program is alive.
func (n *Notifier) Watchdog() error { return n.send("WATCHDOG=1") }

// Status sets the line that systemctl status shows.
func (n *Notifier) Status(text string) error {
	return n.send("STATUS=" + strings.NewReplacer("\n", " ", "\r", " ").Replace(text))
}

// MainPID reports that another process is the main one from now on; what comes from
// this one may be ignored then.
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

// Close closes the socket; the Notifier does nothing from then on.
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
