package kernel

import "os"

// File makes a handle of a file, pipe or terminal, which it owns: the file must
// not be read, written or closed by other means any more.
func File(f *os.File) (*Handle, error) {
	if f == nil {
		return nil, callError("File", nil, ErrInvalid)
	}
	return fileHandle(f)
}

// Pipe makes a pipe and returns its two ends.
func Pipe() (read, write *Handle, err error) { return handlePair("pipe", newPipe) }
