package stomp_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter/stomp"
)

func encoded(t *testing.T, f *stomp.Frame) string {
	t.Helper()
	out, err := newFilter(stomp.Config{})().Append(nil, f)
	require.NoError(t, err)
	return string(out)
}

func TestConnect(t *testing.T) {
	assert.Equal(t, "CONNECT\naccept-version:1.0,1.1,1.2\nhost:mq\n\n\x00", encoded(t, stomp.Connect("mq", "", "", time.Microsecond)))
	assert.Equal(t, "CONNECT\naccept-version:1.0,1.1,1.2\nhost:mq\nlogin:ann\npasscode:\nheart-beat:1500,1500\n\n\x00",
		encoded(t, stomp.Connect("mq", "ann", "", 1500*time.Millisecond)))
}

func TestAcknowledge(t *testing.T) {
	m := stomp.NewFrame("MESSAGE", "message-id", "m1", "ack", "a1")
	for version, want := range map[string]string{
		"1.0": "ACK\nmessage-id:m1\n\n\x00",
		"1.1": "ACK\nmessage-id:m1\nsubscription:s\n\n\x00",
		"1.2": "ACK\nid:a1\n\n\x00",
	} {
		f, err := stomp.Acknowledge("ACK", m, version, "s")
		require.NoError(t, err)
		assert.Equal(t, want, encoded(t, f))
	}
	_, err := stomp.Acknowledge("NACK", m, "1.0", "s")
	require.ErrorIs(t, err, stomp.ErrVersion)
}

func TestNewFrame(t *testing.T) {
	odd := []string{"destination"} // which staticcheck would find as an argument
	assert.Panics(t, func() { stomp.NewFrame("SEND", odd...) })
	f := stomp.NewFrame("SEND", "destination", "/a")
	require.NoError(t, f.Check())
	f.Add("", "x")
	require.Error(t, f.Check())
}
