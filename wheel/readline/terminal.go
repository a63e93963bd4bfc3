package readline

import (
	"os"

	"golang.org/x/term"

	"github.com/gopoe/poe/kernel"
)

// terminal is what can be done with the descriptors besides reading and
// writing.
type terminal struct {
	in, out int // -1 if there is none
	there   bool
	was     *term.State // while it is raw
}

func newTerminal(in, out int) terminal {
	return terminal{in: in, out: out, there: in >= 0 && out >= 0 && term.IsTerminal(in) && term.IsTerminal(out)}
}

// raw makes the terminal hand over every key at once, unseen.
func (t *terminal) raw() (err error) {
	if t.there && t.was == nil {
		t.was, err = term.MakeRaw(t.in)
	}
	return err
}

// restore makes it what it was before.
func (t *terminal) restore() error {
	if t.was == nil {
		return nil
	}
	was := t.was
	t.was = nil
	return term.Restore(t.in, was)
}

// size is how large it is, 80 by 25 if that is not known.
func (t *terminal) size() (columns, rows int) {
	if t.out >= 0 {
		if columns, rows, err := term.GetSize(t.out); err == nil && columns > 0 && rows > 0 {
			return columns, rows
		}
	}
	return 80, 25
}

// standard is a handle of one of the process's own streams.
type standard struct {
	handle  *kernel.Handle
	fd      int
	restore func() // makes it wait for its data again, if it did
}

func openStandard(f *os.File) (standard, error) {
	restore := keepBlocking(f)
	h, err := kernel.File(f)
	if err != nil {
		return standard{}, err
	}
	s := standard{handle: h, fd: h.Fd(), restore: restore}
	if s.fd < 0 {
		s.fd = int(f.Fd())
	}
	return s, nil
}
