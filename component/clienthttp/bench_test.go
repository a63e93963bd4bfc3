package clienthttp_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// BenchmarkRequests fetches pages of a server on loopback, sixteen at a time, by the
// component and by net/http's client alone, in turn; ratio is how many the component
// fetches in the time in which the other fetches one.
func BenchmarkRequests(b *testing.B) {
	const pages, atOnce = 2000, 16
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "tea") }))
	defer server.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: atOnce}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	var plain, component time.Duration
	for b.Loop() {
		began := time.Now()
		fetchPlain(b, client, server.URL, pages, atOnce)
		middle := time.Now()
		fetchComponent(b, server.URL, pages, atOnce)
		plain += middle.Sub(began)
		component += time.Since(middle)
	}
	b.ReportMetric(float64(plain)/float64(component), "ratio")
	b.ReportMetric(pages*float64(b.N)/component.Seconds(), "requests/s")
}

func fetchPlain(b *testing.B, client *http.Client, url string, pages, atOnce int) {
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for range pages / atOnce {
				r, err := client.Get(url)
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				r.Body.Close()
			}
		})
	}
	all.Wait()
}

func fetchComponent(b *testing.B, url string, pages, atOnce int) {
	k := kernel.New()
	_, err := clienthttp.New(k, clienthttp.Config{Alias: "ua", MaxPerHost: atOnce, MaxOpen: atOnce})
	require.NoError(b, err)
	left, asked := pages, 0
	ask := func(e kernel.Event) {
		if asked++; asked <= pages {
			request, err := http.NewRequest(http.MethodGet, url, nil)
			require.NoError(b, err)
			require.NoError(b, e.Post(kernel.Alias("ua"), "request", "got", request))
		}
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for range atOnce {
				ask(e)
			}
		},
		"got": func(e kernel.Event) {
			require.NoError(b, clienthttp.ResultOf(e).Err)
			if left--; left == 0 {
				_ = e.Post(kernel.Alias("ua"), "shutdown")
				return
			}
			ask(e)
		},
	})
	require.NoError(b, err)
	require.NoError(b, k.Run())
}
