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
// fetches in the time in which the other fetches one. The requests are the same.
func BenchmarkRequests(b *testing.B) {
	const pages, atOnce = 2000, 16
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "tea") }))
	defer server.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: atOnce}
	defer transport.CloseIdleConnections()
	var plain, component time.Duration
	for b.Loop() {
		began := time.Now()
		fetchPlain(b, transport, server.URL, pages, atOnce)
		middle := time.Now()
		fetchComponent(b, transport, server.URL, pages, atOnce)
		plain += middle.Sub(began)
		component += time.Since(middle)
	}
	b.ReportMetric(float64(plain)/float64(component), "ratio")
	b.ReportMetric(pages*float64(b.N)/component.Seconds(), "requests/s")
}

// fetchPlain fetches a page many times, so many at once.
func fetchPlain(b *testing.B, transport *http.Transport, url string, pages, atOnce int) {
	client := &http.Client{Transport: transport}
	var all sync.WaitGroup
	for range atOnce {
		all.Go(func() {
			for range pages / atOnce {
				request, err := http.NewRequest(http.MethodGet, url, nil)
				if err != nil {
					b.Error(err)
					return
				}
				request.Header.Set("User-Agent", "gopoe-clienthttp") // as the component does
				r, err := client.Do(request)
				if err != nil {
					b.Error(err)
					return
				}
				if _, err := io.ReadAll(r.Body); err != nil {
					b.Error(err)
				}
				r.Body.Close()
			}
		})
	}
	all.Wait()
}

// fetchComponent does so by the component, over the same connections.
func fetchComponent(b *testing.B, transport *http.Transport, url string, pages, atOnce int) {
	k := kernel.New()
	_, err := clienthttp.New(k, clienthttp.Config{
		Alias: "ua", Transport: transport, MaxPerHost: clienthttp.Unlimited, MaxOpen: clienthttp.Unlimited,
	})
	require.NoError(b, err)
	left, asked := pages, 0
	ask := func(e kernel.Event) {
		if asked++; asked <= pages {
			request, err := http.NewRequest(http.MethodGet, url, nil)
			if err == nil {
				err = e.Post(kernel.Alias("ua"), "request", "got", request)
			}
			if err != nil {
				b.Error(err)
			}
		}
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for range atOnce {
				ask(e)
			}
		},
		"got": func(e kernel.Event) {
			if err := clienthttp.ResultOf(e).Err; err != nil {
				b.Error(err)
			}
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
