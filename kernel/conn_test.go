package kernel_test

import (
	"net"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// testDatagrams sends datagrams between two handles, an empty one among them.
func testDatagrams(t *testing.T, k *kernel.Kernel, open func(address string) *kernel.Handle, address string) {
	a, b := open(address), open(address)
	defer a.Close()
	defer b.Close()
	at := b.LocalAddr().(*net.UDPAddr).AddrPort()
	var got []string
	run(t, k, session.Funcs{
		"_start": func(e kernel.Event) {
			buf := make([]byte, 10)
			_, _, err := b.ReadFrom(buf)
			require.Equal(t, kernel.ErrWouldBlock, err)
			_, err = a.WriteTo(buf, netip.AddrPort{})
			assert.Error(t, err)
			for _, s := range []string{"one", "", "three"} {
				n, err := a.WriteTo([]byte(s), at)
				require.NoError(t, err)
				assert.Len(t, s, n)
			}
			require.NoError(t, e.Kernel.SelectRead(b, "readable"))
		},
		"readable": func(e kernel.Event) {
			buf := make([]byte, 10)
			n, from, err := b.ReadFrom(buf)
			require.NoError(t, err)
			assert.Equal(t, a.LocalAddr().(*net.UDPAddr).AddrPort(), from)
			if got = append(got, string(buf[:n])); len(got) == 3 {
				e.Kernel.SelectClear(b)
			}
		},
	})
	assert.Equal(t, []string{"one", "", "three"}, got)
}
