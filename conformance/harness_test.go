package conformance

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/gopoe/poe/kernel"
)

// port is what a ported program has in place of Perl's STDOUT.
type port struct {
	testing.TB
	mu      sync.Mutex
	buf     bytes.Buffer
	missing int            // lines printed by notInGo
	loop    string         // which of the kernel's loops the program runs on
	k       *kernel.Kernel // the latest
	tapes   *tapes         // what its kernels record to or replay; nil is neither

	// warned is called with what the kernel warns of. POE: $SIG{__WARN__}.
	warned func(message string, attrs map[string]any)
}

// out prints its arguments separated by spaces; nil is undef, a bool is
// Perl's 1 or the empty string.
func (p *port) out(args ...any) {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = text(a)
	}
	p.line(strings.Join(words, " "))
}

// asks does something with the system that the kernel does not see, so that a
// replay must not do it again. It must not fail.
func (p *port) asks(what string, f func() error) {
	_, err := kernel.Recorded(p.k, what, func() (struct{}, error) { return struct{}{}, f() })
	if err != nil {
		p.Fatal(what, err)
	}
}

// dir is a directory for the program's files. A replay has that of the recorded run.
func (p *port) dir() string {
	if p.tapes == nil {
		return p.TempDir()
	}
	if p.tapes.dir == "" {
		p.tapes.dir = p.TempDir()
	}
	return p.tapes.dir
}

// line prints one line as it is.
func (p *port) line(s string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.buf.WriteString(s)
	p.buf.WriteByte('\n')
}

// notInGo prints a line of the trace that Go cannot produce, because the
// mistake it is about does not compile or the notion does not exist; why says
// which. The table in the docs shows how many a program has.
func (p *port) notInGo(line, why string) {
	if why == "" {
		p.Fatal("notInGo without a reason")
	}
	p.missing++
	p.line(line)
}

// without is notInGo for one word of a line.
func (p *port) without(word, why string) string {
	if why == "" {
		p.Fatal("without without a reason")
	}
	p.missing++
	return word
}

func text(a any) string {
	switch v := a.(type) {
	case nil:
		return "undef"
	case bool:
		if v {
			return "1"
		}
		return ""
	case []byte:
		return string(v)
	case *kernel.HandlerError:
		return v.Text()
	case error:
		return v.Error()
	}
	return fmt.Sprint(a)
}

// strs makes []any of strings, to spread them in out.
func strs(s []string) []any {
	out := make([]any, len(s))
	for i := range s {
		out[i] = s[i]
	}
	return out
}

// vis shows a string the way the Perl programs do: <text>, with everything
// but printable ASCII as \xNN; nil is undef.
func vis(a any) string {
	if a == nil {
		return "undef"
	}
	s := text(a)
	var b strings.Builder
	b.WriteByte('<')
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= ' ' && c <= '~' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "\\x%02x", c)
		}
	}
	return b.String() + ">"
}

// yesNo is Perl's `$x ? 'yes' : 'no'`.
func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// either is Perl's `$x ? $a : $b`.
func either[T any](cond bool, a, b T) T {
	if cond {
		return a
	}
	return b
}

// loops are the kernel's loops that this system has.
func loops() []string {
	if runtime.GOOS == "linux" {
		return []string{"epoll", "portable"}
	}
	return []string{""}
}

// TestPrograms runs every port on every loop and compares what it prints with
// the trace.
func TestPrograms(t *testing.T) {
	results := map[string]int{} // lines that are not in Go, by program
	for _, loop := range loops() {
		for _, table := range tables {
			for name, run := range table {
				t.Run(loop+"/"+name, func(t *testing.T) {
					p := &port{TB: t, loop: loop}
					run(p)
					if got, want := p.buf.String(), trace(t, name); got != want {
						t.Errorf("trace differs\n%s", diff(want, got))
					}
					results[name] = p.missing
				})
			}
		}
	}
	t.Run("table", func(t *testing.T) { checkTable(t, results) })
}

// trace returns what real POE prints.
func trace(t *testing.T, name string) string {
	text, err := os.ReadFile(filepath.Join("testdata", name+".trace"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// diff shows the first lines in which two traces part.
func diff(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := 0; i < len(w) || i < len(g); i++ {
		a, b := "(end)", "(end)"
		if i < len(w) {
			a = w[i]
		}
		if i < len(g) {
			b = g[i]
		}
		if a != b {
			return fmt.Sprintf("line %d\n  POE: %q\n  Go:  %q\nall of Go's:\n%s", i+1, a, b, got)
		}
	}
	return "no difference"
}
