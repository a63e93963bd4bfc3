//go:build !unix

package kernel

import (
	"os"

	"github.com/gopoe/poe/kernel/internal/source"
)

// File makes a handle of a file, pipe or console, which it owns: the file must
// not be read, written or closed by other means any more. A regular file is
// always ready; anything else is served by goroutines, as Conn's handles are.
func File(f *os.File) (*Handle, error) {
	if f == nil {
		return nil, callError("File", nil, ErrInvalid)
	}
	st, err := f.Stat()
	if err != nil {
		return nil, callError("File", f.Name(), err)
	}
	if st.Mode().IsRegular() {
		return FromSource(regularFile{f}, f.Name()), nil
	}
	return streamHandle(f, f.Name()), nil
}

// Pipe makes a pipe and returns its two ends.
func Pipe() (read, write *Handle, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, nil, &OpError{Op: "pipe", Err: source.Plain(err)}
	}
	return streamHandle(r, "pipe (read)"), streamHandle(w, "pipe (write)"), nil
}

// regularFile is a source that is always ready.
type regularFile struct{ *os.File }

func (regularFile) Ready() ReadySet { return ReadySet{Read: true, Write: true} }

func (regularFile) Bind(func()) {}
