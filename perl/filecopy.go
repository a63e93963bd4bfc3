//go:build linux

package perl

import "os"

// Mkpath creates directories with their parents and returns the number of paths
// created. Perl: mkpath of File::Path.
func Mkpath(paths ...any) int {
	n := 0
	for _, p := range paths {
		if _, ok := p.(*Hash); ok {
			continue
		}
		if _, err := os.Stat(Str(p)); err != nil && succeeded(os.MkdirAll(Str(p), 0o777)) {
			n++
		}
	}
	return n
}

// Rmtree removes files and directories with their contents and returns the
// number of paths removed. Perl: rmtree of File::Path.
func Rmtree(paths ...any) int {
	n := 0
	for _, p := range paths {
		if _, ok := p.(*Hash); !ok && succeeded(os.RemoveAll(Str(p))) {
			n++
		}
	}
	return n
}

// CopyFile copies a file and reports whether it succeeded. Perl: copy of
// File::Copy.
func CopyFile(from, to string) bool {
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o666)
	}
	return succeeded(err)
}

// MoveFile renames a file and reports whether it succeeded. Unlike move of
// File::Copy it cannot move a file to another file system.
func MoveFile(from, to string) bool { return succeeded(os.Rename(from, to)) }
