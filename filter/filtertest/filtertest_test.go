package filtertest_test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
	"unsafe"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/filtertest"
	"github.com/stretchr/testify/require"
)

// lf is a filter of lines that has nothing wrong; the broken ones embed it.
type lf struct{}

func (lf) Decode(buf []byte) (any, int, error) {
	i := bytes.IndexByte(buf, '\n')
	if i < 0 {
		return nil, 0, filter.ErrMore
	}
	return string(buf[:i]), i + 1, nil
}

func (lf) Append(dst []byte, rec any) ([]byte, error) {
	return append(append(dst, rec.(string)...), '\n'), nil
}

// aliasing returns a part of the buffer.
type aliasing struct{ lf }

func (aliasing) Decode(buf []byte) (any, int, error) {
	i := bytes.IndexByte(buf, '\n')
	if i < 0 {
		return nil, 0, filter.ErrMore
	}
	return unsafe.String(unsafe.SliceData(buf), i), i + 1, nil
}

// greedy takes more than there is.
type greedy struct{ lf }

func (g greedy) Decode(buf []byte) (any, int, error) {
	rec, n, err := g.lf.Decode(buf)
	return rec, n + 1, err
}

// chunky takes the end of what has arrived for the end of a line.
type chunky struct{ lf }

func (c chunky) Decode(buf []byte) (any, int, error) {
	if len(buf) > 0 && bytes.IndexByte(buf, '\n') < 0 {
		return string(buf), len(buf), nil
	}
	return c.lf.Decode(buf)
}

// endless never stops giving records.
type endless struct{ lf }

func (endless) Decode([]byte) (any, int, error) { return "", 0, nil }

// counting numbers its lines, and its clones continue counting.
type counting struct {
	lf
	n *int
}

func (c counting) Decode(buf []byte) (any, int, error) {
	rec, n, err := c.lf.Decode(buf)
	if *c.n++; *c.n > 3 && err == nil {
		rec = "more than three"
	}
	return rec, n, err
}

func (c counting) Clone() filter.Filter { return c }

// forgetful loses its place when it is rewound.
type forgetful struct {
	lf
	lost bool
}

func (f *forgetful) Decode(buf []byte) (any, int, error) {
	if f.lost {
		return nil, len(buf), filter.ErrMore
	}
	return f.lf.Decode(buf)
}

func (f *forgetful) Rewind() { f.lost = true }

// disagreeing decodes something else without copying.
type disagreeing struct{ lf }

func (d disagreeing) DecodeBytes(buf []byte) ([]byte, int, error) {
	_, n, err := d.lf.Decode(buf)
	return nil, n, err
}

// overwriting begins at the start of dst.
type overwriting struct{ lf }

func (o overwriting) Append(dst []byte, rec any) ([]byte, error) { return o.lf.Append(dst[:0], rec) }

// unlimited indicates that it has limits.
type unlimited struct{ lf }

var broken = map[string]func() filter.Filter{
	"aliasing":    func() filter.Filter { return aliasing{} },
	"greedy":      func() filter.Filter { return greedy{} },
	"chunky":      func() filter.Filter { return chunky{} },
	"endless":     func() filter.Filter { return endless{} },
	"counting":    func() filter.Filter { return counting{n: new(int)} },
	"forgetful":   func() filter.Filter { return &forgetful{} },
	"disagreeing": func() filter.Filter { return disagreeing{} },
	"overwriting": func() filter.Filter { return overwriting{} },
}

const (
	stream = "one\ntwo\n\nfour"
	envKey = "FILTERTEST_BROKEN"
)

var want = []any{"one", "two", ""}

func TestRun(t *testing.T) {
	filtertest.Run(t, func() filter.Filter { return lf{} }, []byte(stream), want)
}

// TestBroken is run by TestRunFails, in a process of its own, for each broken
// filter.
func TestBroken(t *testing.T) {
	switch name := os.Getenv(envKey); name {
	case "": // nothing is broken in this process
	case "unlimited":
		filtertest.Limit(t, func() filter.Filter { return unlimited{} }, []byte(stream), "MaxBuffer")
	default:
		filtertest.Run(t, broken[name], []byte(stream), want)
	}
}

func TestRunFails(t *testing.T) {
	names := []string{"unlimited"}
	for name := range broken {
		names = append(names, name)
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestBroken$")
			cmd.Env = append(os.Environ(), envKey+"="+name)
			out, err := cmd.CombinedOutput()
			require.Error(t, err, "the broken filter passed")
			require.Contains(t, string(out), "--- FAIL: TestBroken", "it must fail, not crash:\n%s", out)
			require.NotContains(t, string(out), "panic:")
		})
	}
}
