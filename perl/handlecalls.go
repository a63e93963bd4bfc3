//go:build linux

package perl

import "golang.org/x/sys/unix"

// handleCalls are the methods of IO::Handle and IO::File by name.
var handleCalls map[string]func(f *File, w Want, args []any) []any

func init() {
	handleCalls = map[string]func(f *File, w Want, args []any) []any{
		"print": func(f *File, _ Want, args []any) []any { return L(f.Print(args...)) },
		"say":   func(f *File, _ Want, args []any) []any { return L(f.Say(args...)) },
		"printf": func(f *File, _ Want, args []any) []any {
			return L(f.WriteString(Sprintf(Str(At(args, 0)), From(args, 1)...)))
		},
		"printflush": func(f *File, _ Want, args []any) []any {
			defer f.Flush()
			return L(f.Print(args...))
		},
		"autoflush": func(f *File, _ Want, args []any) []any {
			f.SetAutoflush(len(args) == 0 || True(args[0]))
			return L(true)
		},
		"flush": func(f *File, _ Want, _ []any) []any {
			f.Flush()
			return L(true)
		},
		"open":     func(f *File, _ Want, args []any) []any { return L(f.openAs(args)) },
		"fdopen":   func(f *File, _ Want, args []any) []any { return L(f.fdopen(At(args, 0))) },
		"close":    func(f *File, _ Want, _ []any) []any { return L(f.Close()) },
		"opened":   func(f *File, _ Want, _ []any) []any { return L(!f.Closed()) },
		"fileno":   func(f *File, _ Want, _ []any) []any { return L(Fileno(f)) },
		"eof":      func(f *File, _ Want, _ []any) []any { return L(Eof(f)) },
		"getc":     func(f *File, _ Want, _ []any) []any { return L(Getc(f)) },
		"getline":  func(f *File, _ Want, _ []any) []any { return L(ReadLine(f)) },
		"getlines": func(f *File, _ Want, _ []any) []any { return ReadLines(f) },
		"binmode":  func(*File, Want, []any) []any { return L(true) },
		"blocking": func(f *File, _ Want, args []any) []any {
			if len(args) == 0 {
				return L(true)
			}
			return L(succeeded(unix.SetNonblock(f.Fd(), !True(args[0]))))
		},
		"syswrite": func(f *File, _ Want, args []any) []any { return L(Syswrite(f, part(args))) },
		"write":    func(f *File, _ Want, args []any) []any { return L(f.Print(part(args))) },
		"seek":     func(f *File, _ Want, args []any) []any { return L(Seek(f, Int(At(args, 0)), Int(At(args, 1)))) },
		"tell":     func(f *File, _ Want, _ []any) []any { return L(Tell(f)) },
	}
	handles := Subs{
		"new": func(_ Want, args ...any) []any { return L(&File{fd: -1, closed: true, class: Str(args[0])}) },
		"new_from_fd": func(_ Want, args ...any) []any {
			f := &File{fd: -1, closed: true, class: Str(args[0])}
			if !f.fdopen(At(args, 1)) {
				return L(nil)
			}
			return L(f)
		},
	}
	Package("IO::Handle", handles)
	Package("IO::File", Subs{"new_from_fd": handles["new_from_fd"]})
	Inherit("IO::File", "IO::Handle", "IO::Seekable")
}

// part is what a call of write or syswrite with a text, a length and an offset
// writes.
func part(args []any) string {
	s := Str(At(args, 0))
	if len(args) > 1 && args[1] != nil {
		return Substr(s, Int(At(args, 2)), Int(args[1]))
	}
	return s
}

// fdopen makes the handle stand for the descriptor of another, or for one by number.
func (f *File) fdopen(v any) bool {
	fd := Int(v)
	if other := F(v); other != nil {
		other.Flush()
		fd = other.Fd()
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); !succeeded(err) {
		return false
	}
	class := f.class
	f.Close()
	*f = *NewFile(fd, "fdopen")
	f.class = class
	return true
}

// PerlCan reports whether there is a method of IO::Handle of that name.
func (f *File) PerlCan(method string) bool { return handleCalls[method] != nil }

// PerlCall calls a method of IO::Handle or IO::Socket and reports whether there
// is one.
func (f *File) PerlCall(method string, w Want, args []any) ([]any, bool) {
	if f.class == "File::Temp" && method == "filename" {
		return L(f.name), true
	}
	if call, ok := handleCalls[method]; ok {
		return call(f, w, args), true
	}
	return f.socketCall(method, args)
}
