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

// List writes the records of a recording as text, a line each with the offset and a
// number: that of the event, as poe replay -at takes it, if the record is about one, and
// else of the last such event before. Events that were predicted have a number and no
// record. List does not need the program, and also lists a ring that has dropped its
// beginning, the numbers of which begin at its first event with a record. If the
// recording is damaged, what precedes the damage is listed, and the error has its offset.
func List(r io.Reader, w io.Writer) error {
	out := bufio.NewWriter(w)
	for rec, err := range Records(r) {
		if err != nil {
			return errors.Join(err, out.Flush())
		}
		number := rec.Events
		if rec.Event {
			number++
		}
		if _, err := fmt.Fprintf(out, "%10d %8d  %s\n", rec.Offset, number, rec.Text); err != nil {
			return err
		}
	}
	return out.Flush()
}
