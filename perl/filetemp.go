//go:build linux

package perl

import (
	"errors"
	"math/rand/v2"
	"os"
	"strings"

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

// Tempdir creates a directory and returns its path. The directory is removed when
// the program ends if the option CLEANUP is set. It dies on an error. Perl: tempdir
// of File::Temp.
func Tempdir(args ...any) string {
	template, options := tempOptions(args)
	path, err := tempName("tempdir", template, options, func(path string) error { return os.Mkdir(path, 0o700) })
	if err != nil {
		Die("Error in tempdir() using %s: Could not create directory %s: %v", path, path, Errno)
	}
	if True(options.Get("CLEANUP")) {
		AtEnd(func() { _ = os.RemoveAll(path) })
	}
	return path
}

// Tempfile creates a file and returns its handle and its name. The file is removed
// when the program ends if the option UNLINK is set. It dies on an error. Perl:
// tempfile of File::Temp.
func Tempfile(args ...any) []any {
	template, options := tempOptions(args)
	f, path := tempFile(template, options)
	return L(f, path)
}

func tempFile(template string, options *Hash) (*File, string) {
	fd := -1
	path, err := tempName("tempfile", template, options, func(path string) (err error) {
		fd, err = unix.Open(path, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL|unix.O_CLOEXEC, 0o600)
		return err
	})
	if err != nil {
		Die("Error in tempfile() using template %s: Could not create temp file %s: %v", template, path, Errno)
	}
	if True(options.Get("UNLINK")) {
		AtEnd(func() { _ = os.Remove(path) })
	}
	return NewFile(fd, path), path
}

// tempOptions splits arguments into a template and options: the template is the first
// of an odd number, or the option TEMPLATE.
func tempOptions(args []any) (template string, options *Hash) {
	if len(args)%2 == 1 {
		return Str(args[0]), NewHash(args[1:]...)
	}
	options = NewHash(args...)
	return Str(options.Get("TEMPLATE")), options
}

// tempName makes a path of a template, whose last Xs it replaces, and of the options
// DIR, TMPDIR and SUFFIX, until create succeeds or fails for another reason than that
// the path exists.
func tempName(function, template string, options *Hash, create func(path string) error) (path string, err error) {
	dir := Str(options.Get("DIR"))
	if dir == "" && (template == "" || True(options.Get("TMPDIR"))) {
		dir = os.TempDir()
	}
	if template == "" {
		template = "XXXXXXXXXX"
	}
	stem := strings.TrimRight(template, "X")
	if len(template)-len(stem) < 4 {
		Die("Error in %s() using template %s: The template must end with at least 4 'X' characters", function, template)
	}
	for range 256 {
		path = stem + randomName(len(template)-len(stem)) + If(function == "tempdir", "", Str(options.Get("SUFFIX")))
		if dir != "" {
			path = Catfile(dir, path)
		}
		if err = create(path); !errors.Is(err, unix.EEXIST) {
			break
		}
	}
	succeeded(err)
	return path, err
}

func randomName(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
	name := make([]byte, n)
	for i := range name {
		name[i] = letters[rand.IntN(len(letters))]
	}
	return string(name)
}

// withDefault returns options in which name is set.
func withDefault(args []any, name string) []any {
	_, options := tempOptions(args)
	if options.Exists(name) {
		return args
	}
	return append(args[:len(args):len(args)], name, 1)
}

func init() {
	Package("File::Temp", Subs{
		"newdir": func(_ Want, args ...any) []any { return L(&tempDir{Tempdir(withDefault(From(args, 1), "CLEANUP")...)}) },
		"new": func(_ Want, args ...any) []any {
			f, _ := tempFile(tempOptions(withDefault(From(args, 1), "UNLINK")))
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
