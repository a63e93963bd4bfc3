//go:build linux

package perl

import (
	"os"

	"golang.org/x/sys/unix"
)

// LastFile stands for the file on which a file test or stat was last called.
// Perl: _, as in -f _.
var LastFile any = &File{}

var lastTested struct {
	name any
	st   unix.Stat_t
	err  error
}

// Test returns the result of a file test such as -e, -f or -d, whose letter is
// op, for a name or a handle. It is nil if there is no such file.
func Test(op string, v any) any {
	if op == "t" {
		f := F(v)
		if f == nil {
			f = Stdin
		}
		_, err := unix.IoctlGetTermios(f.Fd(), unix.TCGETS)
		return err == nil
	}
	st, err := statTested(op, &v)
	if !succeeded(err) {
		return nil
	}
	switch op {
	case "e":
		return true
	case "s":
		return If[any](st.Size == 0, false, int(st.Size))
	case "z":
		return st.Size == 0
	case "r", "R":
		return accessible(v, unix.R_OK)
	case "w", "W":
		return accessible(v, unix.W_OK)
	case "x", "X":
		return accessible(v, unix.X_OK)
	case "o", "O":
		return int(st.Uid) == os.Getuid()
	case "M":
		return days(st.Mtim)
	case "A":
		return days(st.Atim)
	case "C":
		return days(st.Ctim)
	}
	kind, ok := fileKinds[op]
	if !ok {
		Die("The file test -%s is not translated", op)
	}
	return st.Mode&unix.S_IFMT == kind
}

// fileKinds are the tests for a kind of file.
var fileKinds = map[string]uint32{"f": unix.S_IFREG, "d": unix.S_IFDIR, "l": unix.S_IFLNK, "p": unix.S_IFIFO, "S": unix.S_IFSOCK, "b": unix.S_IFBLK, "c": unix.S_IFCHR}

// statTested returns the status of what a test is for, and remembers it for _, which
// it replaces by the name that was tested.
func statTested(op string, v *any) (st unix.Stat_t, err error) {
	if *v == LastFile {
		*v = lastTested.name
		return lastTested.st, lastTested.err
	}
	switch f := F(*v); {
	case f != nil:
		err = unix.Fstat(f.Fd(), &st)
	case op == "l":
		err = unix.Lstat(Str(*v), &st)
	default:
		err = unix.Stat(Str(*v), &st)
	}
	lastTested.name, lastTested.st, lastTested.err = *v, st, err
	return st, err
}

// accessible reports whether the process may use a file, by name or handle, in a way.
func accessible(v any, mode uint32) bool {
	name := Str(v)
	if f := F(v); f != nil {
		name = "/proc/self/fd/" + Str(f.Fd())
	}
	return unix.Access(name, mode) == nil
}

// days returns how many days before the start of the program a time was.
func days(t unix.Timespec) any {
	return (float64(startTime.UnixNano()) - float64(t.Nano())) / 1e9 / 86400
}

// Stat returns the 13 fields of stat for a name or a handle, or nothing on an
// error.
func Stat(v any) []any {
	var st unix.Stat_t
	var err error
	if v == LastFile {
		return statFields(&lastTested.st, lastTested.err)
	}
	if f := F(v); f != nil {
		err = unix.Fstat(f.Fd(), &st)
	} else {
		err = unix.Stat(Str(v), &st)
	}
	lastTested.name, lastTested.st, lastTested.err = v, st, err
	return statFields(&st, err)
}

// Lstat is like Stat but does not follow a symbolic link.
func Lstat(v any) []any {
	var st unix.Stat_t
	return statFields(&st, unix.Lstat(Str(v), &st))
}

func statFields(st *unix.Stat_t, err error) []any {
	if !succeeded(err) {
		return nil
	}
	return []any{int(st.Dev), int(st.Ino), int(st.Mode), int(st.Nlink), int(st.Uid), int(st.Gid), int(st.Rdev), int(st.Size),
		int(st.Atim.Sec), int(st.Mtim.Sec), int(st.Ctim.Sec), int(st.Blksize), int(st.Blocks)}
}
