package inspect_test

import (
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
)

// The flight recorder gives an execution trace, and ends with the inspector.
func TestFlight(t *testing.T) {
	for range 2 {
		t.Run("", func(t *testing.T) {
			p := start(t, inspect.Config{Flight: time.Second}, false)
			a := p.request("GET", "/api/flight", "")
			require.Equal(t, 200, a.StatusCode)
			text, err := io.ReadAll(a.Body)
			require.NoError(t, err)
			require.Equal(t, "go 1.", string(text[:5]))
		})
	}
	p := start(t, inspect.Config{}, true)
	require.Equal(t, 503, p.request("GET", "/api/flight", "").StatusCode)
}
