//go:build unix

package followtail

import (
	"io/fs"
	"syscall"
)

// sameID is what files have in common exactly if they are one.
func sameID(info fs.FileInfo) identity {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}
	}
	return identity{Dev: uint64(st.Dev), Inode: uint64(st.Ino)}
}
