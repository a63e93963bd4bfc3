package kernel_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
)

func TestJSONTraceDoesNotDependOnGo(t *testing.T) {
	var out bytes.Buffer
	k := newKernel(kernel.Options{Trace: kernel.Trace{Events: true, JSON: &out}, Logger: slog.New(slog.DiscardHandler)})
	rd, wr, err := kernel.Pipe()
	require.NoError(t, err)
	defer rd.Close()
	defer wr.Close()
	type ring []any
	endless := ring{nil}
	endless[0] = endless
	for _, c := range []struct {
		arg  any
		want string
	}{
		{nil, `null`}, {"text", `"text"`}, {"ä", `"ä"`}, {[]byte("ä"), `"ä"`}, {"\xe4", `"ä"`},
		{true, `"1"`}, {false, `""`}, {-7, `"-7"`}, {uint8(7), `"7"`}, {0.1, `"0.1"`}, {1e20, `"1e+20"`},
		{syscall.EPIPE, `"` + errnoText(syscall.EPIPE) + `"`}, {errors.New("no"), `"no"`},
		{1500 * time.Millisecond, `"1.5"`}, {time.Unix(7, 5e8), `"7.5"`},
		{netip.MustParseAddr("::1"), `"::1"`}, {rd, `{"opaque":"handle"}`}, {func() {}, `{"opaque":"func()"}`},
		{[]string{"a", "b"}, `["a","b"]`}, {[2]int{1, 2}, `["1","2"]`}, {map[int]any{1: nil}, `{"1":null}`},
		{k.ID(), `{"session":0}`}, {kernel.ID{}, `null`}, {endless, `[[[[[[[{"opaque":"too deep"}]]]]]]]`},
		{kernel.Read, `"0"`},
	} {
		out.Reset()
		start(t, k, states{
			"_start": func(kernel.Event) { _ = k.AliasSet("echo"); k.Yield("said", c.arg) },
			"said":   func(kernel.Event) {},
		})
		require.NoError(t, k.Run())
		want := `{"msg":"dispatching","event":"said","from":{"session":#,"aliases":["echo"]},"to":{"session":#,"aliases":["echo"]},"args":[` + c.want + `]}`
		assert.Contains(t, masked(out.String()), want)
	}
}

func errnoText(e syscall.Errno) string {
	text, _ := json.Marshal(int(e))
	return string(text)
}

// masked hides the numbers of sessions other than the kernel.
func masked(s string) string {
	var b strings.Builder
	for i, part := range strings.Split(s, `"session":`) {
		if i > 0 {
			b.WriteString(`"session":`)
			if rest := strings.TrimLeft(part, "123456789"); len(rest) < len(part) {
				part = "#" + strings.TrimLeft(rest, "0123456789")
			}
		}
		b.WriteString(part)
	}
	return b.String()
}

// The environment makes the first kernel record, whatever else it logs.
func TestJSONTraceVariable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace")
	t.Setenv("POE_RECORD", file)
	var own bytes.Buffer
	for range 2 {
		k := newKernel(kernel.Options{Logger: slog.New(slog.NewTextHandler(&own, nil))})
		start(t, k, states{"_start": func(kernel.Event) { k.Yield("once") }, "once": func(kernel.Event) {}})
		require.NoError(t, k.Run())
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(string(text), `"msg":"dispatching","event":"once"`))
	assert.Contains(t, own.String(), "no record of the events", "the second kernel's logger")
	assert.NotContains(t, own.String(), "dispatching")
	require.NoError(t, os.Remove(file))
	k := newKernel()
	start(t, k, states{"_start": func(kernel.Event) {}})
	require.NoError(t, k.Run())
	assert.FileExists(t, file)
}
