package servertcp_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
)

// Bytes count while a connection is open and once it has been closed, anyone who
// closes it, and the record that never ends as well.
func TestStatsCountBytes(t *testing.T) {
	r := run(t, servertcp.Config{})
	open, closed := r.dial(), r.dial()
	for _, p := range []*peer{open, closed} {
		p.send("hello\n")
		p.want("hello")
	}
	closed.send("no end")
	closed.Close()
	for r.stats().Open > 1 { // until the server has noticed
	}
	s := r.stats()
	require.EqualValues(t, 6+6+6, s.BytesIn)
	require.EqualValues(t, 7+7, s.BytesOut)
	open.send("x\n")
	open.want("x")
	open.Close()
	r.stop()
	s = r.l.Stats()
	require.EqualValues(t, 6+6+6+2, s.BytesIn)
	require.EqualValues(t, 7+7+3, s.BytesOut)
}
