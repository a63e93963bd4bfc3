//go:build linux

package perl

import (
	"path/filepath"
	"strings"
)

// Basename returns the last part of a path without a matching suffix. Perl:
// File::Basename.
func Basename(path string, suffixes ...any) string {
	trimmed := strings.TrimRight(path, "/")
	if trimmed == "" {
		return path
	}
	base := trimmed[strings.LastIndexByte(trimmed, '/')+1:]
	for _, s := range suffixes {
		if stem, ok := strings.CutSuffix(base, Str(s)); ok && stem != "" {
			return stem
		}
	}
	return base
}

// Dirname returns the directory part of a path. Perl: File::Basename.
func Dirname(path string) string {
	if trimmed := strings.TrimRight(path, "/"); trimmed != "" || path == "" {
		return filepath.Dir(trimmed)
	}
	return "/"
}

// Catfile joins the parts of a path. Perl: catfile of File::Spec.
func Catfile(parts ...any) string {
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = Str(p)
	}
	return filepath.Join(words...)
}

// Fileparse returns the base name, the directory and the suffix of a path.
// Perl: fileparse of File::Basename.
func Fileparse(path string, suffixes ...any) []any {
	i := strings.LastIndexByte(path, '/') + 1
	dir, base := path[:i], path[i:]
	if dir == "" {
		dir = "./"
	}
	for _, s := range suffixes {
		re := RE("(?:"+Str(s)+`)\z`, "s")
		if r, ok := s.(*Regexp); ok {
			re = RE("(?:"+r.PerlString()+`)\z`, "")
		}
		if loc := re.find(base, 0); loc != nil {
			return L(base[:loc[0]], dir, base[loc[0]:])
		}
	}
	return L(base, dir, "")
}

// AbsPath returns the absolute path of a file, without symbolic links, or nil
// on an error. Without an argument it is that of the working directory.
func AbsPath(path ...any) any {
	p := "."
	if len(path) > 0 {
		p = Str(path[0])
	}
	abs, err := filepath.Abs(p)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	if !succeeded(err) {
		return nil
	}
	return abs
}

// Rel2Abs returns the absolute form of a path that is relative to base, or to the
// working directory. Perl: rel2abs of File::Spec.
func Rel2Abs(path string, base ...any) string {
	if len(base) > 0 && base[0] != nil && !filepath.IsAbs(path) {
		path = filepath.Join(Str(base[0]), path)
	}
	path, _ = filepath.Abs(path)
	return path
}
