package clienthttp_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// A component that is stopped by force answers what it has left.
func TestForcedStopAnswersAll(t *testing.T) {
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	k := kernel.New()
	_, err := clienthttp.New(k, clienthttp.Config{Alias: "ua", MaxOpen: 1})
	require.NoError(t, err)
	id, _ := k.AliasResolve("ua")
	var got []error
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for range 3 {
				e.Post(id, "request", "got", get(t, url))
			}
			e.Yield("force")
		},
		"force": func(kernel.Event) { assert.NoError(t, k.Host().StopSession(id)) },
		"got":   func(e kernel.Event) { got = append(got, clienthttp.ResultOf(e).Err) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Len(t, got, 3)
	for _, err := range got {
		assert.ErrorIs(t, err, clienthttp.ErrShutdown)
	}
}
