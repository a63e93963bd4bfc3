package poll

import "time"

// Timer is a Poller without descriptors, which waits for time and for Wake
// only. It costs the system nothing.
type Timer struct {
	gate  Gate
	woken chan struct{}
	timer *time.Timer
}

// NewTimer makes a Timer.
func NewTimer(gate Gate) *Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &Timer{gate: gate, woken: make(chan struct{}, 1), timer: t}
}

// Update does nothing.
func (t *Timer) Update(*Registration, Modes) error { return nil }

// Remove does nothing.
func (t *Timer) Remove(*Registration) {}

// Wait blocks for d or until Wake.
func (t *Timer) Wait(d time.Duration, out []Ready) ([]Ready, error) {
	if d == 0 || !t.gate.Sleep() {
		return out, nil
	}
	if d > 0 {
		t.timer.Reset(d)
		select {
		case <-t.woken:
		case <-t.timer.C:
		}
		t.timer.Stop()
	} else {
		<-t.woken
	}
	t.gate.Awake()
	return out, nil
}

// Wake ends a Wait, the next one if none is under way.
func (t *Timer) Wake() {
	select {
	case t.woken <- struct{}{}:
	default:
	}
}

// Close does nothing.
func (t *Timer) Close() error { return nil }
