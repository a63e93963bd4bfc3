//go:build !unix

package followtail

import "os"

func systemIdentity(path string) (id identity, modified int64, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return id, 0, err
	}
	modified = info.ModTime().UnixNano()
	return identity{Born: modified}, modified, nil
}

func openIdentity(f *os.File) (identity, error) {
	info, err := f.Stat()
	if err != nil {
		return identity{}, err
	}
	return identity{Born: info.ModTime().UnixNano()}, nil
}
