//go:build unix

package readwrite_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// protocol is a filter with one record on the wire.
type protocol struct {
	filter filter.Filter
	wire   string // empty: whatever waits is a record
}

func protocols(t *testing.T) map[string]protocol {
	block, err := filter.NewBlock(filter.BlockConfig{})
	require.NoError(t, err)
	reference, err := filter.NewReference(filter.ReferenceConfig{Serializer: filter.JSON{}})
	require.NoError(t, err)
	requests, err := httpd.New(httpd.Config{})
	require.NoError(t, err)
	return map[string]protocol{
		"Line":      {lines(t, "\n"), "text\n"},
		"Block":     {block, "4\x00text"},
		"Stream":    {filter.NewStream(), ""},
		"Reference": {reference, "6\x00\"text\""},
		"HTTPD":     {requests, "PUT /text HTTP/1.0\r\nContent-Length: 2\r\n\r\nab"},
	}
}

// text is what a record says.
func text(rec any) string {
	switch r := rec.(type) {
	case *http.Request:
		return r.URL.Path[1:] + string(httpd.Content(r))
	case []byte:
		return string(r)
	}
	return rec.(string)
}

// Every filter hands over to every other and takes over again, each time with
// bytes waiting.
func TestSwitchFiltersBothWays(t *testing.T) {
	for first := range protocols(t) {
		for second := range protocols(t) {
			if first == "Stream" || first == second {
				continue // Stream leaves nothing waiting
			}
			t.Run(first+" "+second, func(t *testing.T) {
				from, to := protocols(t)[first], protocols(t)[second]
				switchThere(t, from, to)
			})
		}
	}
}

func switchThere(t *testing.T, from, to protocol) {
	k := poetest.New(t)
	near, far := poetest.Pair()
	defer far.Close()
	var got []string
	input := func(w *readwrite.Wheel, rec any) {
		got = append(got, text(rec))
		switch len(got) {
		case 1:
			w.SetFilter(to.filter)
		case 2:
			w.SetFilter(from.filter)
			rest := from.wire
			if to.wire != "" {
				rest = rest[1:] // its first byte waits
			}
			write(t, far, rest)
		case 3:
			assert.NoError(t, w.Close())
		}
	}
	_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		newWheel(t, e.Kernel, readwrite.Config{Handle: near, Filter: from.filter, Events: readwrite.Funcs{
			Input: input,
			Error: func(w *readwrite.Wheel, err *kernel.OpError) { t.Error(err); w.Abort() },
		}})
		middle := to.wire + from.wire[:1]
		if to.wire == "" {
			middle = "anything"
		}
		write(t, far, from.wire+middle)
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	want := map[bool]string{true: "textab", false: "text"}
	_, fromHTTP := from.filter.(*httpd.Filter)
	_, toHTTP := to.filter.(*httpd.Filter)
	middle := want[toHTTP]
	if to.wire == "" {
		middle = "anything"
	}
	assert.Equal(t, []string{want[fromHTTP], middle, want[fromHTTP]}, got)
}
