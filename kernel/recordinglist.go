package kernel

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"github.com/gopoe/poe/kernel/internal/recording"
)

// RecordingHead is what a recording says of the run and its program.
type RecordingHead struct {
	Program, Module, Build string // the program's package, the version of this module, the revision
	Go, OS, Arch           string
	Time                   time.Time // when the recording began
	Kernel                 string
	Loop                   string
	Arguments              []string // of the program
	Environment            []string // NAME=value, as far as it was kept
}

// ReadRecordingHead reads the beginning of a recording.
func ReadRecordingHead(r io.Reader) (RecordingHead, error) {
	rd, err := recording.NewReader(r)
	if err != nil {
		return RecordingHead{}, err
	}
	h := rd.Head
	return RecordingHead{
		Program: h.Program, Module: h.Module, Build: h.Build, Go: h.Go, OS: h.OS, Arch: h.Arch,
		Time: h.Time, Kernel: h.Kernel, Loop: h.Loop, Arguments: h.Arguments, Environment: h.Environment,
	}, nil
}

// ListRecording writes the records of a recording as text, a line each with the
// offset and the number of events before it. It needs no program, and also lists
// a ring that has dropped its beginning. An error has the offset of what is
// wrong; what comes before it was listed.
func ListRecording(r io.Reader, w io.Writer) error {
	rd, err := recording.NewReader(r)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	events := uint64(0)
	for rd.More() {
		offset := rd.Offset()
		rec := describeRecord(rd)
		if rd.Err() != nil {
			break
		}
		events += rec.ran
		if _, err := fmt.Fprintf(out, "%10d %8d  %s\n", offset, events, rec.text); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return rd.Err()
}
