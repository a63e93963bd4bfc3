//go:build unix && !linux

package followtail

import (
	"io/fs"
	"os"
	"syscall"
)

func systemIdentity(path string) (id identity, modified int64, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return id, 0, err
	}
	return identityOf(info), info.ModTime().UnixNano(), nil
}

func openIdentity(f *os.File) (identity, error) {
	info, err := f.Stat()
	if err != nil {
		return identity{}, err
	}
	return identityOf(info), nil
}

func identityOf(info fs.FileInfo) identity {
	id := identity{Born: info.ModTime().UnixNano()}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		id.Dev, id.Inode = uint64(st.Dev), uint64(st.Ino)
	}
	return id
}
