//go:build unix

package cluster_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A process that hangs is out of the cluster within seconds, and back when it
// continues: having been asleep it knows no better than to think it owns what
// others have claimed meanwhile.
func TestHungOwner(t *testing.T) {
	c, north, south := trio(t)
	require.Equal(t, "", c.ask(south, "claim", "chargen"))
	eventually(t, func() bool { return c.owner("chargen").Node == "south" }, "south has it")
	eventually(t, func() bool { return c.ask(north, "owner", "chargen").([]any)[0] == "south" }, "north knows")
	begin := time.Now()
	require.NoError(t, south.Process.Signal(syscall.SIGSTOP))
	eventually(t, func() bool { return c.owner("chargen").Node == "" }, "it is noticed")
	t.Logf("noticed after %v", time.Since(begin))
	eventually(t, func() bool { return c.ask(north, "claim", "chargen") == "" }, "north claims it")
	require.NoError(t, south.Process.Signal(syscall.SIGCONT))
	eventually(t, func() bool { return len(c.askUntilReached(south, "lost").([]any)) == 1 }, "south gives way")
	c.meet(north, south)
	for _, ch := range []*child{north, south} {
		require.Equal(t, []any{"north", int64(2)}, c.ask(ch, "owner", "chargen"))
	}
}
