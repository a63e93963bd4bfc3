//go:build linux

package perl

import (
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Open opens a file, stores the handle in *p and reports whether it succeeded.
// mode is <, >, >>, +<, +>, -| or |-, with an optional layer. Without a path,
// mode is the two-argument form, which contains the path.
func Open(p *any, mode string, path ...any) bool {
	f, err := open(mode, path)
	if !succeeded(err) {
		return false
	}
	if old := F(*p); old != nil && old != f && !old.closed && old.name != "" && len(old.name) > 0 && old.held == 0 {
		old.Close()
	}
	if old := F(*p); old == Stdout || old == Stderr || old == Stdin {
		old.Flush()
		if f.mem != nil || old.fd < 0 {
			old.become(f)
			return true
		}
		if old.mem != nil {
			old.mem, old.fd = nil, map[*File]int{Stdin: 0, Stdout: 1, Stderr: 2}[old]
		}
		old.closed, old.eof, old.in = false, false, nil
		if err := unix.Dup2(f.Fd(), old.fd); !succeeded(err) {
			return false
		}
		f.Close()
		return true
	}
	*p = f
	return true
}

// become makes a standard handle another one.
func (f *File) become(other *File) {
	name, class, held := f.name, f.class, f.held
	*f = *other
	f.name, f.class, f.held = name, class, held
}

func open(mode string, path []any) (*File, error) {
	mode = strings.TrimSpace(mode)
	if len(path) == 0 {
		return open2(mode)
	}
	if i := strings.IndexByte(mode, ':'); i >= 0 {
		mode = strings.TrimSpace(mode[:i])
	}
	if mode == "-|" || mode == "|-" {
		return openPipe(mode, path)
	}
	if r, ok := path[0].(*Ref); ok {
		f := &File{fd: -1, mem: r, name: "memory", memMode: mode[0]}
		if mode == ">" {
			r.Set("")
		}
		return f, nil
	}
	if fd := F(path[0]); strings.HasSuffix(mode, "&") || strings.HasSuffix(mode, "&=") {
		if fd == nil {
			return openNumber(path[0], strings.HasSuffix(mode, "="))
		}
		fd.Flush()
		n, err := unix.Dup(fd.Fd())
		return &File{fd: n, name: fd.name}, err
	}
	flags, ok := openFlags[mode]
	if !ok {
		Die("Unknown open() mode '%s'", mode)
	}
	if path[0] == nil {
		f, err := os.CreateTemp("", "perl")
		if err != nil {
			return nil, err
		}
		_ = os.Remove(f.Name())
		fd, err := unix.Dup(int(f.Fd()))
		_ = f.Close()
		return &File{fd: fd, name: "tmp"}, err
	}
	fd, err := unix.Open(Str(path[0]), flags|unix.O_CLOEXEC, 0o666)
	if err != nil {
		return nil, err
	}
	return &File{fd: fd, name: Str(path[0])}, nil
}

// openNumber opens a descriptor by its number: a duplicate, or with own the descriptor
// itself.
func openNumber(v any, own bool) (*File, error) {
	if s := Str(v); s == "" || strings.Trim(s, "0123456789") != "" {
		return nil, syscall.EBADF
	}
	fd := Int(v)
	for _, f := range []*File{Stdin, Stdout, Stderr} {
		if f.fd == fd {
			f.Flush()
		}
	}
	if !own {
		n, err := unix.Dup(fd)
		return &File{fd: n, name: "descriptor"}, err
	}
	_, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0)
	return &File{fd: fd, name: "descriptor"}, err
}

var openFlags = map[string]int{
	"<": unix.O_RDONLY, ">": unix.O_WRONLY | unix.O_CREAT | unix.O_TRUNC, ">>": unix.O_WRONLY | unix.O_CREAT | unix.O_APPEND,
	"+<": unix.O_RDWR, "+>": unix.O_RDWR | unix.O_CREAT | unix.O_TRUNC, "+>>": unix.O_RDWR | unix.O_CREAT | unix.O_APPEND,
}

// open2 is open with mode and path in one string.
func open2(s string) (*File, error) {
	for _, m := range []string{"+>>", "+<", "+>", ">>", ">&", "<&", ">", "<"} {
		if rest, ok := strings.CutPrefix(s, m); ok {
			rest = strings.TrimSpace(rest)
			if same, isSame := strings.CutPrefix(rest, "="); isSame && strings.HasSuffix(m, "&") {
				return open(m+"=", []any{strings.TrimSpace(same)})
			}
			return open(m, []any{rest})
		}
	}
	if strings.HasSuffix(s, "|") {
		return openPipe("-|", []any{strings.TrimSuffix(s, "|")})
	}
	if strings.HasPrefix(s, "|") {
		return openPipe("|-", []any{strings.TrimPrefix(s, "|")})
	}
	return open("<", []any{s})
}

// Sysopen opens a file with flags of Fcntl, stores the handle in *p and reports
// whether it succeeded.
func Sysopen(p *any, path string, flags any, mode ...any) bool {
	m := 0o666
	if len(mode) > 0 {
		m = Int(mode[0])
	}
	fd, err := unix.Open(path, Int(flags)|unix.O_CLOEXEC, uint32(m))
	if !succeeded(err) {
		return false
	}
	*p = NewFile(fd, path)
	return true
}
