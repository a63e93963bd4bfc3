package kernel

import "os"

// File makes a handle of a file, pipe or terminal, which it owns: nothing else
// may read, write or close the file any more.
func File(f *os.File) (*Handle, error) {
	if f == nil {
		return nil, callError("File", nil, ErrInvalid)
	}
	return fileHandle(f)
}

// Pipe makes a pipe and returns its two ends.
func Pipe() (read, write *Handle, err error) { return handlePair("pipe", newPipe) }
