package poetest

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gopoe/poe/kernel"
)

var update = flag.Bool("poetest.update", false, "write the golden traces of poetest.Recorder anew instead of comparing with them")

// Golden compares all events recorded since the last expectation with a trace
// in a file, and fails the test with the first lines that differ. The file's
// name is relative to the package's directory; usually the file is below
// testdata. It is written if
//
//	go test -run TestX -poetest.update
//
// is given. A line has the virtual time, the session's label or number, the
// event, and its arguments as far as they are text, numbers, truth values or
// IDs of sessions; of any other the type is shown, so that the trace is the same in every run.
func (r *Recorder) Golden(file string) bool {
	r.t.Helper()
	got := r.trace()
	if *update {
		writeGolden(r.t, file, got)
		return true
	}
	want, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		r.t.Fatalf("poetest: %s does not exist; run the test with -poetest.update to write it", file)
	}
	if err != nil {
		r.t.Fatalf("poetest: Golden: %v", err)
	}
	if string(want) == got {
		return true
	}
	r.t.Errorf("poetest: the trace differs from %s (-poetest.update writes it anew)\n%s", file,
		sideBySide(strings.Split(string(want), "\n"), strings.Split(got, "\n")))
	return false
}

func writeGolden(t testing.TB, file, trace string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = os.WriteFile(file, []byte(trace), 0o644)
	}
	if err != nil {
		t.Fatalf("poetest: Golden: %v", err)
	}
}

// trace returns the events since the last expectation as text.
func (r *Recorder) trace() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var b strings.Builder
	for _, s := range r.seen[r.checked:] {
		if r.ignored[s.Event] {
			continue
		}
		fmt.Fprintf(&b, "%v %s", s.At, r.line(s))
		for _, a := range s.Args {
			b.WriteString(" " + r.stable(a))
		}
		b.WriteByte('\n')
	}
	r.checked = len(r.seen)
	return b.String()
}

// stable shows a value in a form that does not change from run to run.
func (r *Recorder) stable(v any) string {
	switch v := v.(type) {
	case kernel.ID:
		return r.who(v)
	case nil, bool, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, float32, float64:
		return fmt.Sprint(v)
	case string, []byte:
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprintf("(%T)", v)
}
