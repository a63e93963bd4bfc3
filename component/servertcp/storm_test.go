package servertcp_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// misbehave connects and does one of the things that strangers do.
func misbehave(addr string, n int) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := conn.(*net.TCPConn)
	switch n % 5 {
	case 0: // a reset in the middle of a line
		fmt.Fprint(c, "half a li")
		return c.SetLinger(0)
	case 1: // a reset with answers on their way
		fmt.Fprint(c, "a\nb\nc\nd\n")
		return c.SetLinger(0)
	case 2: // nothing but the end
		return c.CloseWrite()
	case 3: // garbage
		garbage := make([]byte, 4096)
		random := rand.New(rand.NewPCG(uint64(n), 2))
		for i := range garbage {
			garbage[i] = byte(random.Uint32())
		}
		c.Write(garbage) // the server may have had enough
		return nil
	default: // a half-close, and then it does not read
		fmt.Fprint(c, "line\nunfinished")
		return c.CloseWrite()
	}
}

// Clients that keep to the rules see nothing of a thousand that do not, and
// nothing is left of those.
func TestStorm(t *testing.T) {
	files := openFiles(t)
	r := run(t, servertcp.Config{ClientError: func(*servertcp.Client, *kernel.OpError) {}})
	var all sync.WaitGroup
	errs := make(chan error, 2000)
	for n := range 20 {
		all.Go(func() {
			if err := talk(r.addr, n, 300); err != nil {
				errs <- fmt.Errorf("good client %d: %w", n, err)
			}
		})
	}
	for n := range 10 {
		all.Go(func() {
			for i := range 100 {
				if err := misbehave(r.addr, n*100+i); err != nil {
					errs <- fmt.Errorf("bad client: %w", err)
				}
			}
		})
	}
	all.Wait()
	last := r.dial() // behind it nobody waits to be accepted
	last.send("last\n")
	last.want("last")
	last.Close()
	r.stop()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	s := r.l.Stats()
	require.Equal(t, servertcp.Stats{Accepted: 1021, Errors: s.Errors, BytesIn: s.BytesIn, BytesOut: s.BytesOut}, s)
	require.Equal(t, files, openFiles(t))
}

func TestConfigErrors(t *testing.T) {
	callback := func(*servertcp.Client) {}
	for field, c := range map[string]servertcp.Config{
		"ClientInput": {},
		"MaxClients":  {MaxClients: -1, ClientInput: servertcp.Input(func(*servertcp.Client, string) {})},
		"Marks":       {Marks: readwrite.Marks{High: 1}, ClientHigh: callback, ClientInput: servertcp.Input(func(*servertcp.Client, string) {})},
		"Timeouts":    {Timeouts: servertcp.Timeouts{Idle: -1}, ClientInput: servertcp.Input(func(*servertcp.Client, string) {})},
		"Limits":      {Limits: servertcp.Limits{PerPeer: -1}, ClientInput: servertcp.Input(func(*servertcp.Client, string) {})},
		"Port":        {Port: 65536, ClientInput: servertcp.Input(func(*servertcp.Client, string) {})},
		"Domain":      {Domain: 7, ClientInput: servertcp.Input(func(*servertcp.Client, string) {})},
		"Also[1].Address": {
			Also:        []servertcp.Address{{}, {Domain: socketfactory.Unix}},
			ClientInput: servertcp.Input(func(*servertcp.Client, string) {}),
		},
		"TLS": {TLS: servertcp.TLS{OnDemand: true}, ClientInput: servertcp.Input(func(*servertcp.Client, string) {})},
	} {
		_, err := servertcp.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		require.Equal(t, "servertcp", wrong.Package)
		require.Equal(t, field, wrong.Field)
	}
}

// With PanicCloseClient a panic costs the connection, not the program.
func TestPanicClosesTheClient(t *testing.T) {
	c := servertcp.Config{
		OnPanic:     servertcp.PanicCloseClient,
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { panic(errors.New(line)) }),
	}
	told := errorsOf(&c)
	r := run(t, c)
	for range 2 {
		p := r.dial()
		p.send("boom\n")
		require.EqualError(t, <-told, "panic: boom")
		p.wantEnd()
	}
}

// A record of a type that ClientInput does not take ends that connection.
func TestRecordOfAnotherType(t *testing.T) {
	c := servertcp.Config{ClientInput: servertcp.Input(func(*servertcp.Client, int) { t.Error("called") })}
	told := errorsOf(&c)
	r := run(t, c)
	p := r.dial()
	p.send("text\n")
	require.EqualError(t, <-told, "input: servertcp: the record is string, ClientInput takes int")
	p.wantEnd()
}
