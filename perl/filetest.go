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
	var st unix.Stat_t
	var err error
	again := v == LastFile
	if again {
		v, st, err = lastTested.name, lastTested.st, lastTested.err
	} else {
		defer func() { lastTested.name, lastTested.st, lastTested.err = v, st, err }()
	}
	switch f := F(v); {
	case again:
	case f != nil:
		err = unix.Fstat(f.Fd(), &st)
	case op == "l":
		err = unix.Lstat(Str(v), &st)
	default:
		err = unix.Stat(Str(v), &st)
	}
	if !succeeded(err) {
		return nil
	}
	kind := st.Mode & unix.S_IFMT
	age := func(t unix.Timespec) any {
		return (float64(startTime.UnixNano()) - float64(t.Nano())) / 1e9 / 86400
	}
	switch op {
	case "e":
		return true
	case "f":
		return kind == unix.S_IFREG
	case "d":
		return kind == unix.S_IFDIR
	case "l":
		return kind == unix.S_IFLNK
	case "p":
		return kind == unix.S_IFIFO
	case "S":
		return kind == unix.S_IFSOCK
	case "b":
		return kind == unix.S_IFBLK
	case "c":
		return kind == unix.S_IFCHR
	case "s":
		if st.Size == 0 {
			return false
		}
		return int(st.Size)
	case "z":
		return st.Size == 0
	case "r", "R":
		return unix.Access(Str(v), unix.R_OK) == nil
	case "w", "W":
		return unix.Access(Str(v), unix.W_OK) == nil
	case "x", "X":
		return unix.Access(Str(v), unix.X_OK) == nil
	case "o", "O":
		return int(st.Uid) == os.Getuid()
	case "M":
		return age(st.Mtim)
	case "A":
		return age(st.Atim)
	case "C":
		return age(st.Ctim)
	}
	Die("The file test -%s is not translated", op)
	return nil
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
