package kernel

import "strconv"

// WaitStatus is how a process ended, in the system's encoding, as Perl's $?:
// the exit code in the upper byte, the signal that killed it in the lower. It
// is -1 if something else has waited for the process.
type WaitStatus int

// ExitCode returns the exit code, 0 for a process that was killed by a signal.
func (w WaitStatus) ExitCode() int { return int(w>>8) & 0xff }

// Signal returns the number of the signal that killed the process, 0 if none
// did.
func (w WaitStatus) Signal() int { return int(w & 0x7f) }

// String describes how the process ended.
func (w WaitStatus) String() string {
	if sig := w.Signal(); sig != 0 {
		return "signal " + strconv.Itoa(sig)
	}
	return "exit code " + strconv.Itoa(w.ExitCode())
}
