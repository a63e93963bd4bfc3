//go:build linux

package perl

import (
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Constants holds constants of Socket, Errno, POSIX, Fcntl and HTTP::Status by name.
var Constants = map[string]any{
	"AF_INET": unix.AF_INET, "AF_UNIX": unix.AF_UNIX, "AF_INET6": unix.AF_INET6, "AF_UNSPEC": unix.AF_UNSPEC,
	"PF_INET": unix.AF_INET, "PF_UNIX": unix.AF_UNIX, "PF_INET6": unix.AF_INET6, "PF_UNSPEC": unix.AF_UNSPEC,
	"SOCK_STREAM": unix.SOCK_STREAM, "SOCK_DGRAM": unix.SOCK_DGRAM, "SOCK_RAW": unix.SOCK_RAW, "SOCK_NONBLOCK": unix.SOCK_NONBLOCK,
	"SOL_SOCKET": unix.SOL_SOCKET, "SO_REUSEADDR": unix.SO_REUSEADDR, "SO_REUSEPORT": unix.SO_REUSEPORT, "SO_KEEPALIVE": unix.SO_KEEPALIVE,
	"SO_BROADCAST": unix.SO_BROADCAST, "SO_ERROR": unix.SO_ERROR, "SO_SNDBUF": unix.SO_SNDBUF, "SO_RCVBUF": unix.SO_RCVBUF, "SO_LINGER": unix.SO_LINGER,
	"SO_TYPE": unix.SO_TYPE, "SO_RCVTIMEO": unix.SO_RCVTIMEO, "SO_SNDTIMEO": unix.SO_SNDTIMEO,
	"TCP_NODELAY": unix.TCP_NODELAY, "IPPROTO_TCP": unix.IPPROTO_TCP, "IPPROTO_UDP": unix.IPPROTO_UDP, "IPPROTO_IP": unix.IPPROTO_IP, "IPPROTO_IPV6": unix.IPPROTO_IPV6,
	"IPV6_V6ONLY": unix.IPV6_V6ONLY, "SOMAXCONN": unix.SOMAXCONN, "MSG_PEEK": unix.MSG_PEEK, "MSG_DONTWAIT": unix.MSG_DONTWAIT, "MSG_OOB": unix.MSG_OOB, "MSG_NOSIGNAL": unix.MSG_NOSIGNAL,
	"SHUT_RD": 0, "SHUT_WR": 1, "SHUT_RDWR": 2,
	"INADDR_ANY": "\x00\x00\x00\x00", "INADDR_LOOPBACK": "\x7f\x00\x00\x01", "INADDR_NONE": "\xff\xff\xff\xff", "INADDR_BROADCAST": "\xff\xff\xff\xff",
	"IN6ADDR_ANY": strings.Repeat("\x00", 16), "IN6ADDR_LOOPBACK": strings.Repeat("\x00", 15) + "\x01",
	"CRLF": "\r\n", "LF": "\n", "CR": "\r", "$CRLF": "\r\n",
	"O_RDONLY": unix.O_RDONLY, "O_WRONLY": unix.O_WRONLY, "O_RDWR": unix.O_RDWR, "O_CREAT": unix.O_CREAT, "O_EXCL": unix.O_EXCL, "O_TRUNC": unix.O_TRUNC,
	"O_APPEND": unix.O_APPEND, "O_NONBLOCK": unix.O_NONBLOCK, "F_GETFL": unix.F_GETFL, "F_SETFL": unix.F_SETFL, "F_GETFD": unix.F_GETFD, "F_SETFD": unix.F_SETFD,
	"FD_CLOEXEC": unix.FD_CLOEXEC, "LOCK_SH": unix.LOCK_SH, "LOCK_EX": unix.LOCK_EX, "LOCK_NB": unix.LOCK_NB, "LOCK_UN": unix.LOCK_UN,
	"SEEK_SET": 0, "SEEK_CUR": 1, "SEEK_END": 2, "WNOHANG": unix.WNOHANG, "WUNTRACED": unix.WUNTRACED,
	"EXIT_SUCCESS": 0, "EXIT_FAILURE": 1, "INT_MAX": 1<<31 - 1, "INT_MIN": -1 << 31, "UINT_MAX": 1<<32 - 1, "LONG_MAX": 1<<63 - 1, "DBL_MAX": 1.7976931348623157e308,
	"FLT_EPSILON": 1.1920928955078125e-07, "DBL_EPSILON": 2.220446049250313e-16, "PIPE_BUF": 4096, "BUFSIZ": 8192, "_SC_OPEN_MAX": 4, "_SC_PAGESIZE": 30,
	"LC_ALL": 6, "LC_CTYPE": 0, "LC_TIME": 2, "LC_NUMERIC": 1, "ECHO": 8, "ICANON": 2, "TCSANOW": 0, "VMIN": 6, "VTIME": 5,
}

func init() {
	for _, e := range []syscall.Errno{
		unix.EPERM, unix.ENOENT, unix.ESRCH, unix.EINTR, unix.EIO, unix.E2BIG, unix.EBADF, unix.ECHILD, unix.EAGAIN, unix.ENOMEM, unix.EACCES, unix.EEXIST,
		unix.ENOTDIR, unix.EISDIR, unix.EINVAL, unix.EMFILE, unix.ENFILE, unix.ENOSPC, unix.ESPIPE, unix.EPIPE, unix.EDOM, unix.ERANGE, unix.ENOSYS, unix.ENOTEMPTY,
		unix.EADDRINUSE, unix.EADDRNOTAVAIL, unix.ECONNREFUSED, unix.ECONNRESET, unix.ECONNABORTED, unix.ENOTCONN, unix.EISCONN, unix.ETIMEDOUT, unix.EINPROGRESS,
		unix.EALREADY, unix.EHOSTUNREACH, unix.ENETUNREACH, unix.ENOTSOCK, unix.EDESTADDRREQ, unix.EMSGSIZE, unix.EPROTO, unix.EOPNOTSUPP, unix.ESHUTDOWN, unix.ENOBUFS, unix.ENOTTY, unix.EBUSY,
		unix.ENODEV, unix.ENXIO, unix.EROFS, unix.EMLINK, unix.EFAULT, unix.ENOEXEC, unix.EXDEV, unix.EDEADLK, unix.ELOOP, unix.ENAMETOOLONG, unix.ENOTSUP, unix.EAFNOSUPPORT,
	} {
		Constants[unix.ErrnoName(e)] = int(e)
	}
	Constants["EWOULDBLOCK"] = int(unix.EWOULDBLOCK)
	for i, name := range []string{"NONE", "CLIENT", "PLUGIN", "ALL"} { // POE::Component::IRC::Plugin
		Constants["PCI_EAT_"+name] = i + 1
	}
	for n := 1; n < 65; n++ {
		if name := unix.SignalName(syscall.Signal(n)); name != "" {
			Constants[name] = n
		}
	}
}

// Constant returns the constant of that name. It dies if there is none. See
// Constants.
func Constant(name string) any {
	v, ok := Constants[name]
	if !ok {
		Die("Your vendor has not defined the constant %s", name)
	}
	return v
}
