package auto_test

import (
	"bufio"
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/inspect/auto"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// childVariable makes the test binary a program that knows of no inspector: it lives
// until its input ends, and fails then.
const childVariable = "AUTO_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	k := kernel.New(kernel.Options{Name: "unchanged", Logger: slog.New(slog.DiscardHandler)})
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, _ = e.RefcountIncrement(e.Session, "input")
			to, over := e.Kernel.Outside(), e.Session
			go func() {
				_, _ = bufio.NewReader(os.Stdin).ReadString('\n') // ends with the input
				to.Post(over, "fails")
			}()
		},
		"fails": func(kernel.Event) { panic("on purpose") },
	})
	if err != nil || k.Run() == nil {
		os.Exit(1)
	}
	os.Exit(3)
}

// child starts the program and returns what ends it, and its standard error.
func child(t *testing.T, environment ...string) (end func(), stderr *bufio.Reader) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), append(environment, childVariable+"=1")...)
	in, err := c.StdinPipe()
	require.NoError(t, err)
	errs, err := c.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	return func() {
		require.NoError(t, in.Close())
		var failed *exec.ExitError
		require.ErrorAs(t, c.Wait(), &failed)
		require.Equal(t, 3, failed.ExitCode())
	}, bufio.NewReader(errs)
}

// A program that is not changed can be inspected, and leaves a dump when it fails.
func TestUnchangedProgram(t *testing.T) {
	dump := filepath.Join(t.TempDir(), "crash.json")
	end, stderr := child(t, auto.Variable+"=127.0.0.1:0", auto.CrashVariable+"="+dump)
	said, err := stderr.ReadString('\n')
	require.NoError(t, err)
	_, url, ok := strings.Cut(strings.TrimSpace(said), "unchanged at ")
	require.True(t, ok, said)
	page, token, _ := strings.Cut(url, "?token=")
	r, err := http.NewRequest("GET", page+"api/overview", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	a, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer a.Body.Close()
	var body bytes.Buffer
	_, err = body.ReadFrom(a.Body)
	require.NoError(t, err)
	require.Contains(t, body.String(), `"Kernel":"unchanged"`)
	require.Contains(t, body.String(), `"Actions":false`)
	end()
	f, err := os.Open(dump)
	require.NoError(t, err)
	defer f.Close()
	o, err := inspect.ReadDump(f)
	require.NoError(t, err)
	require.Contains(t, o.Why(), "on purpose")
}

// Without the variable nothing is opened and nothing said; an address that others
// could reach is refused, and the program runs nevertheless.
func TestClosed(t *testing.T) {
	end, stderr := child(t, auto.Variable+"=")
	end()
	_, err := stderr.ReadString('\n')
	require.Error(t, err)
	end, stderr = child(t, auto.Variable+"=0.0.0.0:0")
	said, err := stderr.ReadString('\n')
	require.NoError(t, err)
	require.Contains(t, said, "not a loopback address")
	end()
}
