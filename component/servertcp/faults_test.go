package servertcp_test

import (
	"bytes"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// flakyListener is a listening source whose Accept fails with each of the
// errors before it accepts the connections.
type flakyListener struct {
	mu     sync.Mutex
	errs   []error
	conns  []*kernel.Handle
	wake   func()
	closed bool
}

func (l *flakyListener) Accept() (*kernel.Handle, net.Addr, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case len(l.errs) > 0:
		err := l.errs[0]
		l.errs = l.errs[1:]
		return nil, nil, err
	case len(l.conns) > 0:
		h := l.conns[0]
		l.conns = l.conns[1:]
		return h, net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.1:7")), nil
	}
	return nil, nil, kernel.ErrWouldBlock
}

func (l *flakyListener) Ready() kernel.ReadySet {
	l.mu.Lock()
	defer l.mu.Unlock()
	return kernel.ReadySet{Read: !l.closed && len(l.errs)+len(l.conns) > 0}
}

func (l *flakyListener) Bind(wake func())          { l.wake = wake }
func (l *flakyListener) Read([]byte) (int, error)  { return 0, kernel.ErrWouldBlock }
func (l *flakyListener) Write([]byte) (int, error) { return 0, kernel.ErrWouldBlock }
func (l *flakyListener) LocalAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 9}
}
func (l *flakyListener) RemoteAddr() net.Addr { return nil }

func (l *flakyListener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return nil
}

// syncBuffer is a buffer for a logger that several goroutines use.
type syncBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

func logTo(b *syncBuffer) kernel.Options {
	return kernel.Options{Logger: slog.New(slog.NewTextHandler(b, nil))}
}

// A fatal error ends a listener without an Error callback, with a warning that
// names it.
func TestFatalAcceptErrorIsLoud(t *testing.T) {
	var log syncBuffer
	k := kernel.New(logTo(&log))
	source := &flakyListener{errs: []error{syscall.EBADF}}
	_, err := servertcp.New(k, servertcp.Config{
		Listener: kernel.FromSource(source, "flaky"), ClientInput: servertcp.Input(func(*servertcp.Client, string) {}),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.True(t, source.closed)
	require.Contains(t, log.String(), "server got accept error 9")
}

// A port in use is reported in POE's words.
func TestPortInUseIsLoud(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	var log syncBuffer
	k := kernel.New(logTo(&log))
	_, err = servertcp.New(k, servertcp.Config{
		Address: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, ClientInput: servertcp.Input(func(*servertcp.Client, string) {}),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Contains(t, log.String(), "got bind error 98")
}

// A listener whose errors do not pass does not keep the kernel busy.
func TestAcceptBacksOff(t *testing.T) {
	source := &flakyListener{errs: make([]error, 1000)}
	for i := range source.errs {
		source.errs[i] = syscall.EPERM
	}
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	_, err := servertcp.New(k, servertcp.Config{
		Alias: "server", Listener: kernel.FromSource(source, "flaky"), ClientInput: servertcp.Input(func(*servertcp.Client, string) {}),
	})
	require.NoError(t, err)
	go func() {
		time.Sleep(100 * time.Millisecond) // how long the listener has, not an order
		k.Outside().Post(kernel.Alias("server"), "shutdown")
	}()
	require.NoError(t, k.Run())
	require.Greater(t, len(source.errs), 900)
}
