package inspect

import (
	"crypto/rand"
	"errors"
	"net"
	"os"
	"path/filepath"
)

// listenPrivately listens on a unix socket that at no moment anybody but the user
// could open: it is made in a directory that only the user can enter, and gets its
// place once it has its mode. Nothing must be there, as with net.Listen.
func listenPrivately(path string) (net.Listener, error) {
	dir, err := privateDirectory(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer os.Remove(dir)
	made := filepath.Join(dir, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: made, Net: "unix"})
	if err != nil {
		return nil, err
	}
	l.SetUnlinkOnClose(false) // of the first name
	if err = os.Chmod(made, 0o600); err == nil {
		err = os.Link(made, path) // which, unlike Rename, replaces nothing
	}
	if err = errors.Join(err, os.Remove(made)); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &privateListener{l, path}, nil
}

// privateDirectory makes a directory with a short name: the paths of sockets are
// bounded.
func privateDirectory(in string) (dir string, err error) {
	for range 100 {
		dir = filepath.Join(in, "."+rand.Text()[:3])
		if err = os.Mkdir(dir, 0o700); !errors.Is(err, os.ErrExist) {
			return dir, err
		}
	}
	return "", err
}

func ignoreMissing(err error) error {
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// privateListener removes its socket when it is closed, and is known by its name.
type privateListener struct {
	*net.UnixListener
	path string
}

func (l *privateListener) Addr() net.Addr { return &net.UnixAddr{Name: l.path, Net: "unix"} }

func (l *privateListener) Close() error {
	err := l.UnixListener.Close()
	if err == nil {
		err = ignoreMissing(os.Remove(l.path))
	}
	return err
}
