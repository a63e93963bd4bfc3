//go:build linux

package perl

import (
	"os"

	"golang.org/x/sys/unix"
)

// tempDir is an object of File::Temp.
type tempDir struct{ path string }

// PerlString returns the path.
func (d *tempDir) PerlString() string { return d.path }

// PerlClass returns the class in Perl.
func (d *tempDir) PerlClass() string { return "File::Temp::Dir" }

// PerlCall calls a method by name.
func (d *tempDir) PerlCall(method string, _ Want, _ []any) ([]any, bool) {
	switch method {
	case "dirname", "filename":
		return L(d.path), true
	}
	return nil, false
}

// Tempdir creates a directory, which is removed when the program ends, and
// returns its path. It dies on an error. Perl: tempdir of File::Temp.
func Tempdir(...any) string {
	dir, err := os.MkdirTemp("", "perl")
	if err != nil {
		Die("Error in tempdir(): %v", err)
	}
	AtEnd(func() { _ = os.RemoveAll(dir) })
	return dir
}

// Tempfile creates a file and returns its handle and its name. The file is not
// removed. It dies on an error. Perl: tempfile of File::Temp.
func Tempfile(args ...any) []any {
	f, err := os.CreateTemp("", "perl")
	if err != nil {
		Die("Error in tempfile(): %v", err)
	}
	defer f.Close()
	fd, err := unix.Dup(int(f.Fd()))
	if err != nil {
		Die("Error in tempfile(): %v", err)
	}
	return L(NewFile(fd, f.Name()), f.Name())
}

func init() {
	Package("File::Temp", Subs{
		"newdir": func(Want, ...any) []any { return L(&tempDir{Tempdir()}) },
		"new": func(Want, ...any) []any {
			pair := Tempfile()
			f := pair[0].(*File)
			f.class = "File::Temp"
			return L(f)
		},
	})
	Inherit("File::Temp", "IO::Handle")
	Package("File::Spec", Subs{
		"catfile": func(_ Want, args ...any) []any { return L(Catfile(From(args, 1)...)) },
		"catdir":  func(_ Want, args ...any) []any { return L(Catfile(From(args, 1)...)) },
		"tmpdir":  func(Want, ...any) []any { return L(os.TempDir()) },
		"rel2abs": func(_ Want, args ...any) []any { return L(Rel2Abs(Str(At(args, 1)), From(args, 2)...)) },
		"devnull": func(Want, ...any) []any { return L("/dev/null") },
	})
}
