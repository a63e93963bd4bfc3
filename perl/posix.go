//go:build linux

package perl

import (
	"math"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Setsid starts a new process session and returns its ID, -1 on an error. Perl:
// setsid of POSIX.
func Setsid() int {
	n, err := syscall.Setsid()
	if !succeeded(err) {
		return -1
	}
	return n
}

// Dup2 makes the descriptor to a duplicate of the descriptor from and returns
// it, or nil on an error. Perl: dup2 of POSIX.
func Dup2(from, to any) any {
	if !succeeded(unix.Dup2(Int(from), Int(to))) {
		return nil
	}
	return If[any](Int(to) == 0, "0 but true", Int(to))
}

// WIFEXITED reports whether a wait status is that of a process which has
// exited. Perl: POSIX.
func WIFEXITED(v any) bool { return Int(v)&0x7f == 0 }

// WEXITSTATUS returns the exit status in a wait status. Perl: POSIX.
func WEXITSTATUS(v any) int { return Int(v) >> 8 & 0xff }

// WIFSIGNALED reports whether a wait status is that of a process which a signal
// has ended. Perl: POSIX.
func WIFSIGNALED(v any) bool { return Int(v)&0x7f != 0 && Int(v)&0x7f != 0x7f }

// WTERMSIG returns the number of the signal in a wait status. Perl: POSIX.
func WTERMSIG(v any) int { return Int(v) & 0x7f }

// Setlocale does nothing and returns "C", the only locale.
func Setlocale(...any) any { return "C" }

// Strtol parses an integer in a base, 10 by default. Perl: strtol of POSIX in
// scalar context.
func Strtol(s string, base ...any) any {
	b := 10
	if len(base) > 0 {
		b = Int(base[0])
	}
	return strtol(s, b)[0]
}

// StrtolList returns the number and how many bytes were not parsed. Perl:
// strtol of POSIX in list context.
func StrtolList(s string, base ...any) []any {
	b := 10
	if len(base) > 0 {
		b = Int(base[0])
	}
	return strtol(s, b)
}

func strtol(s string, base int) []any {
	t := strings.TrimLeft(s, " \t\n")
	sign := 1
	if t != "" && (t[0] == '-' || t[0] == '+') {
		if t[0] == '-' {
			sign = -1
		}
		t = t[1:]
	}
	lower := strings.ToLower(t)
	if (base == 16 || base == 0) && strings.HasPrefix(lower, "0x") {
		t, base = t[2:], 16
	} else if base == 0 && strings.HasPrefix(t, "0") {
		base = 8
	} else if base == 0 {
		base = 10
	}
	n := 0
	for t != "" {
		d := strings.IndexByte("0123456789abcdefghijklmnopqrstuvwxyz", t[0]|0x20)
		if t[0] >= '0' && t[0] <= '9' {
			d = int(t[0] - '0')
		}
		if d < 0 || d >= base {
			break
		}
		n = n*base + d
		t = t[1:]
	}
	return []any{sign * n, len(t)}
}

// Uname returns the five fields of uname.
func Uname() []any {
	var u unix.Utsname
	_ = unix.Uname(&u)
	text := func(b []byte) any { return strings.TrimRight(string(b), "\x00") }
	return L(text(u.Sysname[:]), text(u.Nodename[:]), text(u.Release[:]), text(u.Version[:]), text(u.Machine[:]))
}

// Ttyname returns nil: the name of the terminal is not available.
func Ttyname(any) any { return nil }

// Getlogin returns the environment variable USER, empty if it is not set.
func Getlogin() any { return os.Getenv("USER") }

// Isatty reports whether a handle refers to a terminal.
func Isatty(fh any) bool { return True(Test("t", fh)) }

// Hostname returns the name of the host.
func Hostname() string {
	name, _ := os.Hostname()
	return name
}

// Umask sets the umask, if one is given, and returns the previous one.
func Umask(mask ...any) int {
	if len(mask) == 0 {
		old := syscall.Umask(0)
		syscall.Umask(old)
		return old
	}
	return syscall.Umask(Int(mask[0]))
}

// Floor returns v rounded down to a whole number.
func Floor(v any) any { return narrow(math.Floor(Num(v))) }

// Ceil returns v rounded up to a whole number.
func Ceil(v any) any { return narrow(math.Ceil(Num(v))) }

// Fmod returns the remainder of a floating-point division. Perl: fmod of POSIX.
func Fmod(a, b any) any { return narrow(math.Mod(Num(a), Num(b))) }
