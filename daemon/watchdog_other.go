//go:build !netbsd

package daemon

import (
	"strings"
	"time"

	sd "github.com/coreos/go-systemd/v22/daemon"
)

// watchdogInterval takes $WATCHDOG_USEC out of the environment.
func watchdogInterval() (time.Duration, error) { return sd.SdWatchdogEnabled(true) }

// monotonic is the time that belongs to a notice of reloading, if the system
// tells it.
func monotonic() []string {
	if now := sd.SdNotifyMonotonicUsec(); now != "" {
		return []string{strings.TrimSpace(now)}
	}
	return nil
}
