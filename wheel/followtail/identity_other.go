//go:build !unix

package followtail

import "os"

// identify returns the identity of a file, which is no more than when it was
// last written, in nanoseconds.
func identify(path string) (id identity, modified int64, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return id, 0, err
	}
	modified = info.ModTime().UnixNano()
	return identity{born: modified}, modified, nil
}

// identifyOpen returns the identity of an open file.
func identifyOpen(f *os.File) (identity, error) {
	info, err := f.Stat()
	if err != nil {
		return identity{}, err
	}
	return identity{born: info.ModTime().UnixNano()}, nil
}
