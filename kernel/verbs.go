package kernel

import "time"

// The methods of Event below are the verbs that handlers use most, as forwards
// to the event's kernel: e.Yield("tick") is e.Kernel.Yield("tick"). They act for
// the active session, which in the event's own handler is e.Session, and belong
// to the kernel's goroutine like the methods which they call.

// Yield is [Kernel.Yield].
func (e Event) Yield(event string, args ...any) { e.Kernel.Yield(event, args...) }

// Post is [Kernel.Post].
func (e Event) Post(to Dest, event string, args ...any) error {
	return e.Kernel.Post(to, event, args...)
}

// Call is [Kernel.Call].
func (e Event) Call(to Dest, event string, args ...any) (any, error) {
	return e.Kernel.Call(to, event, args...)
}

// Delay is [Kernel.Delay].
func (e Event) Delay(event string, d time.Duration, args ...any) error {
	return e.Kernel.Delay(event, d, args...)
}

// DelaySet is [Kernel.DelaySet].
func (e Event) DelaySet(event string, d time.Duration, args ...any) (AlarmID, error) {
	return e.Kernel.DelaySet(event, d, args...)
}

// DelayClear is [Kernel.DelayClear].
func (e Event) DelayClear(event string) error { return e.Kernel.DelayClear(event) }

// AlarmRemove is [Kernel.AlarmRemove].
func (e Event) AlarmRemove(id AlarmID) (Timer, error) { return e.Kernel.AlarmRemove(id) }

// AlarmRemoveAll is [Kernel.AlarmRemoveAll].
func (e Event) AlarmRemoveAll() []Timer { return e.Kernel.AlarmRemoveAll() }

// AliasSet is [Kernel.AliasSet].
func (e Event) AliasSet(name string) error { return e.Kernel.AliasSet(name) }

// AliasRemove is [Kernel.AliasRemove].
func (e Event) AliasRemove(name string) error { return e.Kernel.AliasRemove(name) }

// Sig is [Kernel.Sig].
func (e Event) Sig(signal, event string, args ...any) error {
	return e.Kernel.Sig(signal, event, args...)
}

// SigClear is [Kernel.SigClear].
func (e Event) SigClear(signal string) { e.Kernel.SigClear(signal) }

// SigHandled is [Kernel.SigHandled].
func (e Event) SigHandled() { e.Kernel.SigHandled() }

// SigChild is [Kernel.SigChild].
func (e Event) SigChild(pid int, event string, args ...any) error {
	return e.Kernel.SigChild(pid, event, args...)
}

// SelectRead is [Kernel.SelectRead].
func (e Event) SelectRead(h *Handle, event string, args ...any) error {
	return e.Kernel.SelectRead(h, event, args...)
}

// SelectWrite is [Kernel.SelectWrite].
func (e Event) SelectWrite(h *Handle, event string, args ...any) error {
	return e.Kernel.SelectWrite(h, event, args...)
}

// SelectClear is [Kernel.SelectClear].
func (e Event) SelectClear(h *Handle) { e.Kernel.SelectClear(h) }

// RefcountIncrement is [Kernel.RefcountIncrement].
func (e Event) RefcountIncrement(id ID, tag string) (int, error) {
	return e.Kernel.RefcountIncrement(id, tag)
}

// RefcountDecrement is [Kernel.RefcountDecrement].
func (e Event) RefcountDecrement(id ID, tag string) (int, error) {
	return e.Kernel.RefcountDecrement(id, tag)
}
