//go:build unix

package sim

import "syscall"

// isStop reports whether a signal stops a process.
func isStop(s syscall.Signal) bool {
	return s == syscall.SIGSTOP || s == syscall.SIGTSTP || s == syscall.SIGTTIN || s == syscall.SIGTTOU
}

// isContinue reports whether a signal continues one.
func isContinue(s syscall.Signal) bool { return s == syscall.SIGCONT }

// isIgnored reports whether a signal is ignored that is not trapped.
func isIgnored(s syscall.Signal) bool {
	return s == syscall.SIGCHLD || s == syscall.SIGURG || s == syscall.SIGWINCH
}
