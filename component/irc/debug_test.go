package irc_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// The event "debug" has lines logged, until it ends that.
func TestDebug(t *testing.T) {
	var log strings.Builder
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	near, far := poetest.Pair()
	client, err := irc.New(k, irc.Config{Alias: "irc", Nick: "ann", Flood: true, Dial: func(d *clienttcp.Dialing) { d.Complete(near, nil) }})
	require.NoError(t, err)
	run := func() string {
		log.Reset()
		_, err := poetest.RunFor(k, clock, time.Second)
		require.NoError(t, err)
		return log.String()
	}
	client.Connect(irc.Config{})
	assert.NotContains(t, run(), "NICK")
	for _, test := range []struct {
		args   []any
		logged bool
	}{{[]any{1}, true}, {[]any{0}, false}, {[]any{true}, true}, {[]any{"yes"}, true}, {nil, true}, {[]any{false}, false}} {
		_, err = k.Call(kernel.Alias("irc"), "debug", test.args...)
		require.NoError(t, err)
		client.Raw("TIME")
		_, err = far.Write([]byte(":server NOTICE ann :hello\r\n"))
		require.NoError(t, err)
		text := run()
		assert.Equal(t, test.logged, strings.Contains(text, "TIME"), "%v: %s", test.args, text)
		assert.Equal(t, test.logged, strings.Contains(text, "NOTICE ann :hello"), "%v: %s", test.args, text)
	}
	client.Shutdown("")
	run()
	_ = far.Close()
	require.NoError(t, k.Run())
}

// Names are looked up by the resolver of the configuration.
func TestResolver(t *testing.T) {
	var asked atomic.Int32
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	client, err := irc.New(k, irc.Config{Server: "irc.invalid", Resolver: &net.Resolver{
		PreferGo: true,
		Dial: func(context.Context, string, string) (net.Conn, error) {
			asked.Add(1)
			return nil, errors.New("no name server here")
		},
	}})
	require.NoError(t, err)
	failed := ""
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			assert.NoError(t, e.Post(client.ID(), "register", "socketerr"))
			client.Connect(irc.Config{})
		},
		"irc_socketerr": func(e kernel.Event) {
			failed, _ = e.Arg(0).(string)
			assert.NoError(t, e.Post(client.ID(), "unregister", "socketerr"))
			client.Shutdown("")
		},
		"irc_registered": func(kernel.Event) {},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Positive(t, asked.Load())
	assert.Contains(t, failed, "irc.invalid")
}
