package stompclient_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/stompclient"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// startBroker starts the broker of Debian's package stompserver. POE_REQUIRED=1 makes
// it a failure that it is not there.
func startBroker(t *testing.T, port int) (stop func()) {
	t.Helper()
	if out, err := exec.Command("ruby", "-e", "%w[etc yaml optparse daemons/daemonize stomp_server].each { |n| require n }").CombinedOutput(); err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatalf("stompserver is required and not there: %v, %s", err, out)
		}
		t.Skip("stompserver is not there")
	}
	cmd := exec.Command("ruby", "testdata/broker.rb", fmt.Sprint(port), t.TempDir())
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	require.NoError(t, cmd.Start())
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
		}
	}
	t.Cleanup(func() {
		stop()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}, 60*time.Second, 20*time.Millisecond, "the broker listens")
	return stop
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// A producer and a consumer on a real broker, which speaks 1.0: each message comes
// once, in order; those of a transaction that is aborted do not; the broker is killed
// and starts again, and the consumer's subscription with it.
func TestRealBroker(t *testing.T) {
	port := freePort(t)
	stop := startBroker(t, port)
	k := kernel.New()
	lost := 0
	config := stompclient.Config{
		RemotePort: port, Login: "ann", Passcode: "secret", Backoff: clienttcp.Backoff{Min: 50 * time.Millisecond, Max: 200 * time.Millisecond},
		Error: func(error) { lost++ },
	}
	config.Alias = "producer"
	_, err := stompclient.New(k, config)
	require.NoError(t, err)
	config.Alias = "consumer"
	consumer, err := stompclient.New(k, config)
	require.NoError(t, err)
	var got []string
	receipts := 0
	send := func(e kernel.Event, body, transaction string) {
		v, err := e.Call(kernel.Alias("producer"), "send", stompclient.Send{
			Destination: "/queue/jobs", Body: []byte(body), Transaction: transaction, Event: "stored",
		})
		assert.NoError(t, err)
		assert.Nil(t, v)
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			ask := func(event string, args ...any) { assert.NoError(t, e.Post(kernel.Alias("producer"), event, args...)) }
			assert.NoError(t, e.Post(kernel.Alias("consumer"), "subscribe", stompclient.Subscription{Destination: "/queue/jobs", Event: "job", Ack: stompclient.Client}))
			for i := range 50 {
				send(e, fmt.Sprint("job ", i, "\x00"), "")
			}
			ask("begin", "tx")
			e.Yield("more")
		},
		"more": func(e kernel.Event) {
			send(e, "never", "tx")
			assert.NoError(t, e.Post(kernel.Alias("producer"), "abort", "tx"))
			e.Yield("last")
		},
		"last": func(e kernel.Event) { send(e, "restart", "") },
		"stored": func(e kernel.Event) {
			assert.NoError(t, stompclient.ReceiptOf(e).Err)
			receipts++
		},
		"job": func(e kernel.Event) {
			m := stompclient.MessageOf(e)
			got = append(got, string(m.Body))
			assert.NoError(t, e.Post(kernel.Alias("consumer"), "ack", m))
			switch string(m.Body) {
			case "restart":
				e.Yield("restart")
			case "after":
				assert.NoError(t, e.Post(kernel.Alias("consumer"), "unsubscribe", "/queue/jobs"))
				assert.NoError(t, e.Post(kernel.Alias("producer"), "shutdown"))
				assert.NoError(t, e.Post(kernel.Alias("consumer"), "shutdown"))
			}
		},
		"restart": func(e kernel.Event) {
			if receipts < 52 {
				_, _ = e.DelaySet("restart", 5*time.Millisecond)
				return
			}
			stop()
			startBroker(t, port)
			_, _ = e.DelaySet("wait", 5*time.Millisecond)
		},
		"wait": func(e kernel.Event) {
			if consumer.Stats().Connections < 2 {
				_, _ = e.DelaySet("wait", 5*time.Millisecond)
				return
			}
			send(e, "after", "")
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	var want []string
	for i := range 50 {
		want = append(want, fmt.Sprint("job ", i, "\x00"))
	}
	assert.Equal(t, append(want, "restart", "after"), got)
	assert.GreaterOrEqual(t, lost, 2)
	assert.Equal(t, 53, receipts)
}
