package recording

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gopoe/poe/internal/recordfile"
)

// Head describes a recorded run and its program.
type Head struct {
	Program, Module, Build string // the program's package, the version of this module, the revision
	Go, OS, Arch           string
	Time                   time.Time // when the recording began
	Kernel                 string
	Loop                   string
	Arguments              []string // of the program
	Environment            []string // NAME=value, as far as it was kept
}

// ReadHead reads the head of a recording. The error is that of r, or says that
// r is not a recording.
func ReadHead(r io.Reader) (Head, error) {
	rd, err := recordfile.NewReader(r)
	if err != nil {
		return Head{}, err
	}
	h := rd.Head
	return Head{
		Program: h.Program, Module: h.Module, Build: h.Build, Go: h.Go, OS: h.OS, Arch: h.Arch,
		Time: h.Time, Kernel: h.Kernel, Loop: h.Loop, Arguments: h.Arguments, Environment: h.Environment,
	}, nil
}

// List writes the records of a recording as text, a line each with the offset
// and the number of events before it. It does not need the program, and also
// lists a ring that has dropped its beginning. If the recording is damaged,
// what precedes the damage is listed, and the error has its offset.
func List(r io.Reader, w io.Writer) error {
	out := bufio.NewWriter(w)
	for rec, err := range Records(r) {
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		if _, err := fmt.Fprintf(out, "%10d %8d  %s\n", rec.Offset, rec.Events, rec.Text); err != nil {
			return err
		}
	}
	return out.Flush()
}
