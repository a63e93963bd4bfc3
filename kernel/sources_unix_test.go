//go:build unix

package kernel_test

import (
	"errors"
	"io"
	"syscall"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSocketPair(t *testing.T) {
	k := newKernel()
	a, b, err := kernel.SocketPair()
	require.NoError(t, err)
	var got []byte
	start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.SelectRead(b, "readable"))
			n, err := a.Writev([][]byte{[]byte("one "), nil, []byte("two")})
			require.NoError(t, err)
			assert.Equal(t, 7, n)
			require.NoError(t, a.CloseWrite())
			_, err = b.Read(nil)
			assert.NoError(t, err)
		},
		"readable": func(kernel.Event) {
			buf := make([]byte, 4)
			n, err := b.Read(buf)
			got = append(got, buf[:n]...)
			if errors.Is(err, io.EOF) {
				require.NoError(t, b.Close())
				_, err = a.Write([]byte("x"))
				assert.ErrorIs(t, err, syscall.EPIPE)
				require.NoError(t, a.Close())
			}
		},
	})
	require.NoError(t, k.Run())
	assert.Equal(t, "one two", string(got))
}

func TestWriteWouldBlockUntilTheReaderHasRead(t *testing.T) {
	k := newKernel()
	a, b, err := kernel.SocketPair()
	require.NoError(t, err)
	_, err = b.Read(make([]byte, 1))
	require.ErrorIs(t, err, kernel.ErrWouldBlock)
	sent, received := 0, 0
	const total = 4 << 20
	chunk := make([]byte, 64<<10)
	start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.SelectWrite(a, "writable"))
			require.NoError(t, k.SelectRead(b, "readable"))
		},
		"writable": func(kernel.Event) {
			for sent < total {
				n, err := a.Write(chunk[:min(len(chunk), total-sent)])
				sent += n
				if errors.Is(err, kernel.ErrWouldBlock) {
					return
				}
				require.NoError(t, err)
			}
			require.NoError(t, a.Close())
		},
		"readable": func(kernel.Event) {
			n, err := b.Read(make([]byte, 100<<10))
			if received += n; errors.Is(err, io.EOF) {
				require.NoError(t, b.Close())
			}
		},
	})
	require.NoError(t, k.Run())
	assert.Equal(t, total, received)
}
