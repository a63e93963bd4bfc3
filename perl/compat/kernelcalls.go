//go:build linux

package compat

import "github.com/gopoe/poe/perl"

// The functions here are methods of POE::Kernel with the arguments that they have in
// Perl: times in seconds, sessions by number or alias. They return what the method
// returns in scalar context, and set $! where it does.

func scalarCall(method string, args ...any) any {
	out, _ := kernelCall(Kernel(), method, perl.Scalar, args)
	return perl.Head(out)
}

// with puts the arguments that a method always has in front of the others.
func with(rest []any, first ...any) []any { return append(first, rest...) }

// Post sends an event to a session. POE: post.
func Post(to any, event string, args ...any) any {
	return scalarCall("post", with(args, to, event)...)
}

// Delay sends an event after some seconds, in the place of the delays with its name;
// without seconds, or if they are nil, it only clears these. POE: delay.
func Delay(event string, args ...any) any { return scalarCall("delay", with(args, event)...) }

// DelayAdd sends an event after some seconds. POE: delay_add.
func DelayAdd(event string, args ...any) any { return scalarCall("delay_add", with(args, event)...) }

// DelaySet sends an event after some seconds and returns an ID. POE: delay_set.
func DelaySet(event string, args ...any) any { return scalarCall("delay_set", with(args, event)...) }

// Alarm is like Delay with a time of day. POE: alarm.
func Alarm(event string, args ...any) any { return scalarCall("alarm", with(args, event)...) }

// AlarmAdd is like DelayAdd with a time of day. POE: alarm_add.
func AlarmAdd(event string, args ...any) any { return scalarCall("alarm_add", with(args, event)...) }

// AlarmSet is like DelaySet with a time of day. POE: alarm_set.
func AlarmSet(event string, args ...any) any { return scalarCall("alarm_set", with(args, event)...) }

// AlarmRemove takes back an alarm or a delay by its ID. POE: alarm_remove.
func AlarmRemove(id any) any { return scalarCall("alarm_remove", id) }

// RefcountIncrement keeps a session alive under a name. POE: refcount_increment.
func RefcountIncrement(session any, name string) any {
	return scalarCall("refcount_increment", session, name)
}

// RefcountDecrement takes back what RefcountIncrement has done. POE:
// refcount_decrement.
func RefcountDecrement(session any, name string) any {
	return scalarCall("refcount_decrement", session, name)
}

// Sig watches a signal. POE: sig.
func Sig(name string, args ...any) any { return scalarCall("sig", with(args, name)...) }

// SigChild watches a child process. POE: sig_child.
func SigChild(pid any, args ...any) any { return scalarCall("sig_child", with(args, pid)...) }

// Signal sends a signal to a session. POE: signal.
func Signal(to any, name string, args ...any) any {
	return scalarCall("signal", with(args, to, name)...)
}

// SetState gives the active session a handler, takes it away or puts another in its
// place. POE: state.
func SetState(event string, args ...any) any { return scalarCall("state", with(args, event)...) }

// Call calls an event's handler in void context and discards its value. A
// failure sets $!. POE: call.
func Call(to any, event string, args ...any) {
	call(Kernel(), perl.Void, append([]any{to, event}, args...))
}

// SelectRead watches a handle for reading and sends the event when it is
// readable. Without an event it stops watching. POE: select_read.
func SelectRead(handle any, event ...any) {
	selectCall(Kernel(), "select_read", with(event, handle))
}

// SelectWrite is like SelectRead for writing. POE: select_write.
func SelectWrite(handle any, event ...any) {
	selectCall(Kernel(), "select_write", with(event, handle))
}
