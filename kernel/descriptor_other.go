//go:build !unix

package kernel

import (
	"os"

	"github.com/gopoe/poe/kernel/internal/source"
)

// fileHandle makes the handle of a file. A regular one is always ready; anything
// else is served by goroutines, as Conn's handles are.
func fileHandle(f *os.File) (*Handle, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, callError("File", f.Name(), err)
	}
	if st.Mode().IsRegular() {
		return FromSource(regularFile{f}, f.Name()), nil
	}
	return streamHandle(f, f.Name()), nil
}

func newPipe() (read, write *Handle, err error) {
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
