package servertcp_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// misbehave connects and does one of the things that strangers do.
func misbehave(addr string, n int) error {
	from := net.IPv4(127, 0, 0, byte(2+n%60)) // so that no address runs out of ports
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: from}, Timeout: time.Minute}
	conn, err := dialer.Dial("tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := conn.(*net.TCPConn)
	switch n % 6 {
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
	case 4: // a byte at a time, and then nothing
		for _, b := range []byte("slow") {
			c.Write([]byte{b})
			time.Sleep(100 * time.Millisecond)
		}
		return nil
	default: // a half-close, and then it does not read
		fmt.Fprint(c, "line\nunfinished")
		return c.CloseWrite()
	}
}

// storm is how a storm goes: so many good clients, and so many bad ones every
// ten milliseconds for a while.
type storm struct {
	good, bad int
	lasts     time.Duration
}

// stormToday is a short one, unless POE_STORM says how long it has to last:
// then it has a thousand bad clients a second.
func stormToday(t *testing.T) storm {
	text := os.Getenv("POE_STORM")
	if text == "" {
		return storm{good: 20, bad: 4, lasts: time.Second}
	}
	lasts, err := time.ParseDuration(text)
	require.NoError(t, err, "POE_STORM")
	return storm{good: 50, bad: 10, lasts: lasts}
}

// memory is what is in use once the garbage is collected.
func memory() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// Clients that keep to the rules see nothing of many that do not, and nothing
// is left of those: no descriptor, no session, no memory.
func TestStorm(t *testing.T) {
	weather, files := stormToday(t), openFiles(t)
	r := run(t, servertcp.Config{ClientError: func(*servertcp.Client, *kernel.OpError) {}})
	require.NoError(t, talk(r.addr, 0, 300)) // what is kept for the next client is there
	errs := make(chan error, 100_000)
	before := memory()
	var good, bad sync.WaitGroup
	var over atomic.Bool
	var lines atomic.Int64
	for n := range weather.good {
		good.Go(func() {
			for !over.Load() {
				if err := talk(r.addr, n, 300); err != nil {
					errs <- fmt.Errorf("good client %d: %w", n, err)
					return
				}
				lines.Add(300)
			}
		})
	}
	begin, sent := time.Now(), 0
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for time.Since(begin) < weather.lasts {
		<-ticker.C
		due := int(time.Since(begin)/(10*time.Millisecond)) * weather.bad
		for ; sent < due; sent++ {
			n := sent
			bad.Go(func() {
				if err := misbehave(r.addr, n); err != nil {
					errs <- fmt.Errorf("bad client: %w", err)
				}
			})
		}
	}
	over.Store(true)
	good.Wait()
	bad.Wait()
	close(errs)
	for err := range errs {
		t.Error(err)
	}
	for r.stats().Open > 0 { // until the server has noticed
		time.Sleep(time.Millisecond)
	}
	s := r.stats()
	t.Logf("%d bad connections in %v, %d lines of %d good clients; %+v", sent, time.Since(begin).Round(time.Millisecond), lines.Load(), weather.good, s)
	require.GreaterOrEqual(t, int(s.Accepted), sent)
	require.Zero(t, s.Open)
	after := memory()
	t.Logf("memory %d before, %d after; descriptors %d before, %d after", before, after, files, openFiles(t))
	require.Less(t, after, before+2<<20, "memory is left")
	r.stop()
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
		"ExtraAddresses[1].Address": {
			ExtraAddresses: []servertcp.Address{{}, {Domain: socketfactory.Unix}},
			ClientInput:    servertcp.Input(func(*servertcp.Client, string) {}),
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
	require.EqualError(t, <-told, "input: record is string, want int")
	p.wantEnd()
}
