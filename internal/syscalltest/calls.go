//go:build linux

package syscalltest

import (
	"os"
	"regexp"
)

// Long reports whether sweeps are to be complete, which takes minutes: each call
// fails with each of its errors at each place. The environment variable
// POE_SYSCALLS asks for that.
func Long() bool { return os.Getenv("POE_SYSCALLS") != "" }

// errorsOf are the errors that the system may give, by call.
var errorsOf = map[string][]string{
	"accept4":           {"EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "EPERM", "EPROTO", "ECONNABORTED", "EINTR", "EIO"},
	"bind":              {"EADDRINUSE", "EACCES", "ENOMEM"},
	"clone":             {"EAGAIN", "ENOMEM", "EPERM"},
	"close":             {"EIO", "EINTR"},
	"clone3":            {"EAGAIN", "ENOMEM", "EPERM"},
	"connect":           {"ECONNREFUSED", "ENOMEM", "EPERM", "EADDRNOTAVAIL", "EINTR", "EIO"},
	"epoll_create1":     {"EMFILE", "ENFILE", "ENOMEM"},
	"epoll_ctl":         {"ENOSPC", "ENOMEM"},
	"epoll_pwait":       {"EINTR"},
	"eventfd2":          {"EMFILE", "ENFILE", "ENOMEM"},
	"fcntl":             {"EINTR", "EPERM", "EAGAIN"},
	"getpeername":       {"ENOBUFS", "ENOTCONN"},
	"getpriority":       {"EPERM", "EACCES"},
	"getsockname":       {"ENOBUFS"},
	"getsockopt":        {"ENOBUFS", "ENOMEM"},
	"inotify_add_watch": {"ENOSPC", "ENOMEM", "EACCES"},
	"inotify_rm_watch":  {"EINVAL"},
	"inotify_init1":     {"EMFILE", "ENFILE", "ENOMEM"},
	"ioctl":             {"EIO", "ENOTTY", "EPERM"},
	"kill":              {"EPERM"},
	"listen":            {"EADDRINUSE", "EIO"},
	"lseek":             {"EIO", "EOVERFLOW"},
	"nanosleep":         {"EINTR"},
	"newfstatat":        {"EIO", "EACCES", "ENOMEM"},
	"fstat":             {"EIO", "ENOMEM"},
	"openat":            {"EMFILE", "ENFILE", "ENOMEM", "EACCES", "EIO", "EINTR"},
	"pidfd_open":        {"EMFILE", "ENFILE", "ENOMEM"},
	"pidfd_send_signal": {"EPERM"},
	"pipe2":             {"EMFILE", "ENFILE"},
	"pread64":           {"EIO", "EINTR"},
	"read":              {"EIO", "ENOMEM", "EINTR"},
	"recvfrom":          {"ECONNRESET", "ENOMEM", "EIO", "EINTR"},
	"sendto":            {"EPIPE", "ECONNRESET", "ENOBUFS", "ENOMEM", "EPERM", "EIO", "EINTR"},
	"setpriority":       {"EPERM", "EACCES"},
	"setsockopt":        {"ENOBUFS", "ENOMEM", "EPERM"},
	"shutdown":          {"ENOTCONN", "ENOBUFS"},
	"socket":            {"EMFILE", "ENFILE", "ENOMEM", "ENOBUFS", "EPERM", "EACCES"},
	"socketpair":        {"EMFILE", "ENFILE", "ENOMEM", "ENOBUFS"},
	"statx":             {"EIO", "EACCES", "ENOMEM"},
	"waitid":            {"EINTR", "ECHILD"},
	"wait4":             {"EINTR", "ECHILD"},
	"write":             {"EIO", "ENOSPC", "EPIPE", "EINTR"},
	"writev":            {"EIO", "ENOSPC", "EPIPE", "ECONNRESET", "EINTR"},
	"faccessat2":        {"EACCES", "EIO"},
	"faccessat":         {"EACCES", "EIO"},
	"prlimit64":         {"EPERM"},
	"dup3":              {"EMFILE", "EINTR"},
	"getdents64":        {"EIO"},
	"readlinkat":        {"EIO", "EACCES"},
}

// ofTheRuntime are calls that Go's runtime makes and cannot do without, and some
// that cannot fail.
var ofTheRuntime = regexp.MustCompile(`^(futex|mmap|munmap|madvise|sched_.*|rt_sig.*|tgkill|gettid|getpid|getppid|clock_.*|restart_syscall|sigaltstack|set_robust_list|rseq|mprotect|exit|exit_group|getrandom|prctl|arch_prctl|membarrier|timer_.*|setitimer|geteuid|getuid|getegid|getgid|umask|ptrace)$`)

// ErrorsOf returns the errors that the system may give for a call. There are none
// for the calls that only Go's runtime makes and cannot do without; known is false
// for a call that is not in the table.
func ErrorsOf(call string) (names []string, known bool) {
	if ofTheRuntime.MatchString(call) {
		return nil, true
	}
	names = errorsOf[call]
	return names, names != nil
}
