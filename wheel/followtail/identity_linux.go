package followtail

import (
	"os"

	"golang.org/x/sys/unix"
)

const statxMask = unix.STATX_INO | unix.STATX_BTIME | unix.STATX_MTIME

func systemIdentity(path string) (id identity, modified int64, err error) {
	return statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW)
}

func openIdentity(f *os.File) (identity, error) {
	id, _, err := statx(int(f.Fd()), "", unix.AT_EMPTY_PATH)
	return id, err
}

func statx(dir int, path string, flags int) (id identity, modified int64, err error) {
	var st unix.Statx_t
	if err := unix.Statx(dir, path, flags, statxMask, &st); err != nil {
		return id, 0, err
	}
	id = identity{Dev: uint64(st.Dev_major)<<32 | uint64(st.Dev_minor), Inode: st.Ino}
	modified = st.Mtime.Sec*1e9 + int64(st.Mtime.Nsec)
	if id.Born = modified; st.Mask&unix.STATX_BTIME != 0 {
		id.Born = st.Btime.Sec*1e9 + int64(st.Btime.Nsec)
	}
	return id, modified, nil
}
