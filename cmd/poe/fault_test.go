package main

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// faulty is a program that sends itself a line through a pipe. If it cannot read it,
// it does what way says.
func faulty(way string) (status int) {
	k := kernel.New()
	r, w, err := kernel.Pipe()
	if err != nil {
		fmt.Fprintln(os.Stderr, "no pipe:", err)
		return 1
	}
	_, _ = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			if _, err := w.Write([]byte("line\n")); err != nil {
				fmt.Fprintln(os.Stderr, "writing:", err)
				status = 1
				return
			}
			_ = k.SelectRead(r, "readable")
			if way == "serves" {
				_ = k.Sig("INT", "enough")
			}
		},
		"enough": func(kernel.Event) { k.SigHandled(); k.SelectClear(r) },
		"readable": func(e kernel.Event) {
			_, err := r.Read(make([]byte, 10))
			switch {
			case err == nil && way == "serves":
				return
			case err == nil:
			case way == "tells":
				fmt.Fprintln(os.Stderr, "reading:", err)
				status = 1
			case way == "silent":
				status = 3
			case way == "crashes":
				go func() { panic(err) }()
				select {}
			case way == "hangs":
				_ = k.Delay("readable", time.Hour)
			case way == "spins":
				_ = k.Delay("again", 0)
				return
			}
			k.SelectClear(r)
		},
		"again": func(kernel.Event) { _ = k.Delay("again", 0) },
	})
	if err := k.Run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	_, _ = r.Close(), w.Close()
	return status
}

// poeFault is poe fault with that program.
func poeFault(t *testing.T, way string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	t.Setenv("POE_TEST_FAULTY", way)
	return poe(append(append([]string{"fault"}, args...), "--", self)...)
}

func TestFaultsOfAProgram(t *testing.T) {
	status, out, errs := poeFault(t, "tells")
	require.Equal(t, 0, status, out+errs)
	require.Contains(t, out, "without a fault: status 0")
	require.Regexp(t, `pipe:1:EMFILE +ends with an error, status 1: no pipe: .*too many open files`, out)
	require.Regexp(t, `read:1:ECONNRESET +pipe.* +ends with an error, status 1: reading: .*reset`, out)
	require.Regexp(t, `close:1:EIO +pipe.* +recovers`, out)
	require.Regexp(t, `\n\d+ faults: \d+ recovers; \d+ ends with an error;\n$`, out)

	status, out, errs = poeFault(t, "tells", "-call", "read", "-errno", "ENOSPC", "-v")
	require.Equal(t, 0, status, out+errs)
	require.Regexp(t, `read:1:ENOSPC .*no space left.*\n    reading: no space left on device\n1 faults`, out)
}

// What is wrong with a program is told, and is the exit status. On a machine that is
// busy with other things a program may get too little time to spin.
func TestFaultsOfAProgramThatIsWrong(t *testing.T) {
	for way, want := range map[string]string{"silent": "FAILS SILENTLY, status 3", "hangs": "HANGS", "spins": "SPINS|HANGS", "crashes": "CRASHES"} {
		t.Run(way, func(t *testing.T) {
			status, out, errs := poeFault(t, way, "-call", "read", "-for", "2s")
			require.Equal(t, 1, status, out+errs)
			require.Regexp(t, want, out)
		})
	}
}

// A server runs while a command uses it, and is then interrupted.
func TestFaultsOfAServer(t *testing.T) {
	status, out, errs := poeFault(t, "serves", "-call", "close", "-while", "sleep 0.3")
	require.Equal(t, 0, status, out+errs)
	require.Contains(t, out, "2 faults: 2 recovers;")
}

func TestFaultsThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "which program?"},
		{[]string{"-errno", "EVERYTHING", "true"}, `"EVERYTHING" is not known`},
		{[]string{"true"}, "it ran no POE kernel"},
		{[]string{"no-such-program"}, "no-such-program"},
	} {
		status, _, errs := poe(append([]string{"fault"}, c.args...)...)
		require.Equal(t, 2, status)
		require.Contains(t, errs, c.want)
	}
	status, _, errs := poeFault(t, "tells", "-call", "accept")
	require.Equal(t, 2, status)
	require.Contains(t, errs, "the program made no call accept")
	status, _, errs = poeFault(t, "serves", "-for", "1s")
	require.Equal(t, 2, status)
	require.Contains(t, errs, "does not end within 1s")
}
