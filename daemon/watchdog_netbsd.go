package daemon

import "time"

// The library does not build here, and there is no systemd: a supervisor that
// speaks its protocol gets all but the time, and gets no ticks.

func watchdogInterval() (time.Duration, error) { return 0, nil }

func monotonic() []string { return nil }
