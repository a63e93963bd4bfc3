//go:build linux

package perl

import (
	"os"

	"golang.org/x/sys/unix"
)

func init() {
	Package("IO::File", Subs{
		"new": func(_ Want, args ...any) []any {
			f := &File{fd: -1, closed: true, class: "IO::File"}
			if len(args) > 1 && !f.openAs(args[1:]) {
				return L(nil)
			}
			return L(f)
		},
		"new_tmpfile": func(Want, ...any) []any {
			file, err := os.CreateTemp("", "perl")
			if !succeeded(err) {
				return L(nil)
			}
			_ = os.Remove(file.Name())
			fd, err := unix.Dup(int(file.Fd()))
			_ = file.Close()
			if !succeeded(err) {
				return L(nil)
			}
			return L(&File{fd: fd, class: "IO::File"})
		},
	})
}

// openModes are the modes of fopen, and what open calls them.
var openModes = map[string]string{"r": "<", "w": ">", "a": ">>", "r+": "+<", "w+": "+>", "a+": "+>>", "rb": "<", "wb": ">", "ab": ">>"}

// openAs is the open of IO::File: a path with a mode of fopen or of open, or with
// flags of sysopen; a path alone may begin with a mode.
func (f *File) openAs(args []any) bool {
	var opened any
	var ok bool
	switch {
	case len(args) == 1:
		ok = Open(&opened, Str(args[0]))
	case LooksLikeNumber(args[1]):
		ok = Sysopen(&opened, Str(args[0]), args[1], From(args, 2)...)
	default:
		mode := Str(args[1])
		if m, known := openModes[mode]; known {
			mode = m
		}
		ok = Open(&opened, mode, args[0])
	}
	if !ok {
		return false
	}
	class := f.class
	f.Close()
	*f = *F(opened)
	F(opened).fd, F(opened).closed = -1, true // f has it now
	f.class = class
	return true
}
