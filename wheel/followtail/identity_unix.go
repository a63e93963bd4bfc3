//go:build unix && !linux

package followtail

import (
	"io/fs"
	"os"
	"syscall"
)

// identify returns the identity of a file, and when it was last written, in
// nanoseconds. It does not follow symbolic links.
func identify(path string) (id identity, modified int64, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return id, 0, err
	}
	return identityOf(info), info.ModTime().UnixNano(), nil
}

// identifyOpen returns the identity of an open file.
func identifyOpen(f *os.File) (identity, error) {
	info, err := f.Stat()
	if err != nil {
		return identity{}, err
	}
	return identityOf(info), nil
}

func identityOf(info fs.FileInfo) identity {
	id := identity{born: info.ModTime().UnixNano()}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		id.dev, id.inode = uint64(st.Dev), uint64(st.Ino)
	}
	return id
}
