//go:build linux

package perl

import (
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"
)

// Unlink removes files and returns the number of those removed.
func Unlink(names ...any) int {
	n := 0
	for _, name := range names {
		if succeeded(syscall.Unlink(Str(name))) {
			n++
		}
	}
	return n
}

// Mkdir creates a directory, with mode 0777 less the umask by default, and
// reports whether it succeeded.
func Mkdir(name string, mode ...any) bool {
	m := 0o777
	if len(mode) > 0 {
		m = Int(mode[0])
	}
	return succeeded(syscall.Mkdir(name, uint32(m)))
}

// Rmdir removes an empty directory and reports whether it succeeded.
func Rmdir(name string) bool { return succeeded(syscall.Rmdir(name)) }

// Rename renames a file and reports whether it succeeded.
func Rename(from, to string) bool { return succeeded(syscall.Rename(from, to)) }

// Chdir changes the working directory and reports whether it succeeded.
func Chdir(name string) bool { return succeeded(syscall.Chdir(name)) }

// Link creates a hard link and reports whether it succeeded.
func Link(from, to string) bool { return succeeded(syscall.Link(from, to)) }

// Symlink creates a symbolic link and reports whether it succeeded.
func Symlink(from, to string) bool { return succeeded(syscall.Symlink(from, to)) }

// Readlink returns the target of a symbolic link, or nil on an error.
func Readlink(name string) any {
	s, err := os.Readlink(name)
	if !succeeded(err) {
		return nil
	}
	return s
}

// Chmod changes the modes of files and returns the number of those that were
// changed.
func Chmod(mode int, names ...any) int {
	n := 0
	for _, name := range names {
		if succeeded(syscall.Chmod(Str(name), uint32(mode))) {
			n++
		}
	}
	return n
}

// Utime sets the access and modification times of files and returns the number
// of those changed.
func Utime(access, modified any, names ...any) int {
	n := 0
	at := func(v any) time.Time {
		if v == nil {
			return time.Now()
		}
		return time.Unix(0, int64(Num(v)*1e9))
	}
	for _, name := range names {
		if succeeded(os.Chtimes(Str(name), at(access), at(modified))) {
			n++
		}
	}
	return n
}

// Glob returns the sorted paths that match each of the patterns, which are
// separated by white space. {a,b} stands for one pattern each. A pattern without
// wildcards which matches nothing is returned as it is.
func Glob(patterns string) []any {
	var out []any
	for p := range strings.FieldsSeq(patterns) {
		for _, one := range alternatives(p) {
			paths, err := filepath.Glob(one)
			if err != nil || len(paths) == 0 && !strings.ContainsAny(one, "*?[") {
				paths = []string{one}
			}
			sort.Strings(paths)
			for _, s := range paths {
				out = append(out, s)
			}
		}
	}
	return out
}

// alternatives returns a pattern for each of the alternatives in braces.
func alternatives(pattern string) []string {
	open := strings.IndexByte(pattern, '{')
	if open < 0 {
		return []string{pattern}
	}
	var parts []string
	depth, from := 0, open+1
	for i := open; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '{':
			depth++
		case c == ',' && depth == 1:
			parts = append(parts, pattern[from:i])
			from = i + 1
		case c == '}' && depth > 1:
			depth--
		case c == '}':
			var out []string
			for _, part := range append(parts, pattern[from:i]) {
				out = append(out, alternatives(pattern[:open]+part+pattern[i+1:])...)
			}
			return out
		}
	}
	return []string{pattern}
}

// Getcwd returns the working directory.
func Getcwd() string {
	dir, _ := os.Getwd()
	return dir
}

// Opendir opens a directory, stores the handle in *p and reports whether it
// succeeded.
func Opendir(p *any, path string) bool {
	entries, err := os.ReadDir(path)
	if !succeeded(err) {
		return false
	}
	f := &File{fd: -1, name: path, dir: []string{".", ".."}}
	for _, e := range entries {
		f.dir = append(f.dir, e.Name())
	}
	*p = f
	return true
}

// Readdir returns the next name in a directory, or nil at the end.
func Readdir(fh any) any {
	f := F(fh)
	if f == nil || f.dirAt >= len(f.dir) {
		return nil
	}
	f.dirAt++
	return f.dir[f.dirAt-1]
}

// ReaddirAll returns the remaining names in a directory.
func ReaddirAll(fh any) []any {
	var out []any
	for v := Readdir(fh); v != nil; v = Readdir(fh) {
		out = append(out, v)
	}
	return out
}
