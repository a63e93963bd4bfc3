package quiet_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/node/internal/quiet"
)

func TestOnlyWarningsPass(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
	system := quiet.NewSystem(log)
	defer system.Shutdown()
	for _, l := range []*slog.Logger{system.Logger(), system.Logger().With("a", 1), system.Logger().WithGroup("g")} {
		out.Reset()
		l.Debug("debugging")
		l.Info("news")
		require.Empty(t, out.String())
		l.Error("EndpointWriter lost connection", "address", "127.0.0.1:1")
		require.Empty(t, out.String())
		l.Warn("trouble", "b", 2)
		l.Error("worse")
		require.Equal(t, 2, strings.Count(out.String(), "\n"), out.String())
	}
	require.Contains(t, out.String(), "msg=trouble g.b=2")
}

// A logger that wants less than warnings gets less.
func TestSilence(t *testing.T) {
	var out bytes.Buffer
	system := quiet.NewSystem(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelError})))
	defer system.Shutdown()
	system.Logger().Warn("trouble")
	require.Empty(t, out.String())
}
