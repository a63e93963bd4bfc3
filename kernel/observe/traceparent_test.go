package observe_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel/observe"
)

const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

func TestParseTraceContext(t *testing.T) {
	for text, ok := range map[string]bool{
		parent: true,
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00":      true,
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-ff":      true,
		"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more": true,
		" 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ":    true,
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more": false,
		"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.more": false,
		"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01":      false,
		"00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01":      false,
		"00-00000000000000000000000000000000-b7ad6b7169203331-01":      false,
		"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01":      false,
		"00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01":      false,
		"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0":       false,
		"0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01":       false,
		"00-zzf7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01":      false,
		"": false, "00": false, "00--": false,
	} {
		c, got := observe.ParseTraceContext(text, "a=b")
		require.Equal(t, ok, got, text)
		require.Equal(t, ok, c.Valid(), text)
	}
	c, _ := observe.ParseTraceContext(parent, "a=b")
	require.Equal(t, parent, c.String())
	require.Equal(t, "a=b", c.State)
	require.True(t, c.Sampled)
}

func FuzzParseTraceContext(f *testing.F) {
	f.Add(parent, "a=b")
	f.Fuzz(func(t *testing.T, text, state string) {
		c, ok := observe.ParseTraceContext(text, state)
		if !ok {
			require.Zero(t, c)
			return
		}
		again, ok := observe.ParseTraceContext(c.String(), c.State)
		require.True(t, ok)
		require.Equal(t, c, again)
	})
}
