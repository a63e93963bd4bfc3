package feed_test

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/component/feed"
	"github.com/gopoe/poe/component/httpserver"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// rss is a document with these items, whose GUIDs are their titles in lower case.
func rss(titles ...string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><link>http://news.example/</link>`)
	for _, title := range titles {
		fmt.Fprintf(&b, "<item><title>%s</title><guid>%s</guid></item>", title, strings.ToLower(title))
	}
	b.WriteString("</channel></rss>")
	return b.String()
}

// world is an aggregator on virtual time, with a web that a test changes, and a
// session that notes its updates.
type world struct {
	k          *kernel.Kernel
	clock      *poetest.Clock
	aggregator *feed.Aggregator
	id         kernel.ID
	web        http.HandlerFunc
	requests   []*http.Request
	updates    []*feed.Update
}

func newWorld(t *testing.T, c feed.Config) *world {
	w := &world{clock: &poetest.Clock{}}
	w.k = poetest.New(t, kernel.Options{Clock: w.clock})
	ua, err := clienthttp.New(w.k, clienthttp.Config{
		Alias: "ua", Timeout: 20 * time.Second, MaxSize: 5000,
		Transport: poetest.RoundTripper(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
			w.requests = append(w.requests, r) // one at a time, and the kernel waits
			w.web(out, r)
		})),
	})
	require.NoError(t, err)
	c.HTTPAlias = "ua"
	w.aggregator, err = feed.New(w.k, c)
	require.NoError(t, err)
	_, err = session.Inline(w.k, session.Funcs{
		"_start":      func(e kernel.Event) { w.id = e.Session },
		"handle_feed": func(e kernel.Event) { w.updates = append(w.updates, feed.UpdateOf(e)) },
		"_stop":       func(kernel.Event) { w.aggregator.Shutdown(); ua.Shutdown() },
	})
	require.NoError(t, err)
	return w
}

// says makes the web answer with a document.
func (w *world) says(document string) {
	w.web = func(out http.ResponseWriter, _ *http.Request) { fmt.Fprint(out, document) }
}

// ask calls an event of the component, in the user's session.
func (w *world) ask(t *testing.T, event string, args ...any) (failed error) {
	t.Helper()
	require.NoError(t, w.k.Host().CallFunc(w.id, "test", func(e kernel.Event) {
		v, err := e.Call(kernel.Alias("rssagg"), event, args...)
		require.NoError(t, err)
		failed, _ = v.(error)
	}))
	return failed
}

func (w *world) run(t *testing.T, d time.Duration) {
	t.Helper()
	_, err := poetest.RunFor(w.k, w.clock, d)
	require.NoError(t, err)
}

// last is the titles of the news of the last update.
func (w *world) last(t *testing.T) []string {
	t.Helper()
	require.NotEmpty(t, w.updates)
	u := w.updates[len(w.updates)-1]
	require.NoError(t, u.Err)
	return titles(u.New)
}

func titles(items []*gofeed.Item) []string {
	list := []string{}
	for _, item := range items {
		list = append(list, item.Title)
	}
	return list
}

func (w *world) add(t *testing.T, f feed.Feed) {
	t.Helper()
	f.Name, f.URL, f.Event = "news", "http://news.example/feed", "handle_feed"
	require.NoError(t, w.ask(t, "add_feed", f))
}

// end removes the feed, which ends its session, and that the rest.
func (w *world) end(t *testing.T) {
	t.Helper()
	if len(w.aggregator.Feeds()) > 0 {
		require.NoError(t, w.ask(t, "remove_feed", "news"))
	}
	require.NoError(t, w.k.Run())
}

// At first all is news, then what was not there before, in the order of the document.
func TestNews(t *testing.T) {
	w := newWorld(t, feed.Config{})
	w.says(rss("B", "A"))
	w.add(t, feed.Feed{Delay: time.Minute, Context: 7})
	w.run(t, time.Second)
	assert.Equal(t, []string{"B", "A"}, w.last(t))
	u := w.updates[0]
	assert.Equal(t, "News", u.Title)
	assert.Equal(t, "http://news.example/", u.Link)
	assert.Equal(t, 7, u.Feed.Context)
	assert.WithinDuration(t, w.k.Now().Add(time.Minute), u.Next, time.Second)
	for _, c := range []struct{ document, news []string }{
		{[]string{"B", "A"}, []string{}},
		{[]string{"D", "C", "B", "A"}, []string{"D", "C"}},
		{[]string{"E", "E", "D"}, []string{"E"}},
		{[]string{"A", "E"}, []string{}},
		{nil, []string{}},
		{[]string{"F", "B"}, []string{"F"}},
	} {
		w.says(rss(c.document...))
		w.run(t, time.Minute)
		assert.Equal(t, c.news, w.last(t), "%v", c.document)
		assert.Len(t, w.updates[len(w.updates)-1].Items, len(c.document))
	}
	assert.Equal(t, []string{"c", "d", "e", "a", "b", "f"}[5], w.aggregator.Seen("news")[5])
	assert.Nil(t, w.aggregator.Seen("none"))
	w.end(t)
}

// The formats, and what makes items the same.
func TestFormats(t *testing.T) {
	atom := func(id string) string {
		return `<feed xmlns="http://www.w3.org/2005/Atom"><title>N</title><entry><id>` + id + `</id><title>One</title><link href="http://a.example/1"/></entry></feed>`
	}
	linked := func(title, link string) string {
		return `<rss version="2.0"><channel><item><title>` + title + `</title><link>` + link + `</link></item></channel></rss>`
	}
	long := strings.Repeat("x", 3000)
	for name, c := range map[string]struct {
		first, second string
		byTitle       bool
		news          int
	}{
		"Atom, the same":         {atom("urn:1"), atom("urn:1"), false, 0},
		"Atom, another ID":       {atom("urn:1"), atom("urn:2"), false, 1},
		"Atom, by the title":     {atom("urn:1"), atom("urn:2"), true, 0},
		"links":                  {linked("One", "http://a/1"), linked("Two", "http://a/1"), false, 0},
		"other links":            {linked("One", "http://a/1"), linked("One", "http://a/2"), false, 1},
		"no link":                {linked("One", ""), linked("Two", ""), false, 1},
		"no link, the same":      {linked("One", ""), linked("One", ""), false, 0},
		"links that are long":    {linked("One", "http://a/"+long), linked("One", "http://a/"+long), false, 0},
		"JSON, then another one": {`{"version":"https://jsonfeed.org/version/1","title":"N","items":[{"id":"1","title":"One"}]}`, `{"version":"https://jsonfeed.org/version/1","title":"N","items":[{"id":"2","title":"Two"}]}`, false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, feed.Config{})
			w.says(c.first)
			w.add(t, feed.Feed{HeadlineAsID: c.byTitle})
			w.run(t, time.Second)
			assert.Len(t, w.last(t), 1)
			w.says(c.second)
			w.run(t, time.Hour)
			assert.Len(t, w.last(t), c.news)
			assert.Less(t, len(w.aggregator.Seen("news")[0]), 201)
			w.end(t)
		})
	}
}

// A server that knows when the document has changed is asked for changes only.
func TestConditionalGet(t *testing.T) {
	w := newWorld(t, feed.Config{})
	tag := `"one"`
	w.web = func(out http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == tag && r.Header.Get("If-Modified-Since") != "" {
			out.WriteHeader(http.StatusNotModified)
			return
		}
		out.Header().Set("ETag", tag)
		out.Header().Set("Last-Modified", "Fri, 02 Jan 2026 03:04:05 GMT")
		fmt.Fprint(out, rss("A", tag))
	}
	w.add(t, feed.Feed{})
	w.run(t, time.Second)
	w.run(t, 2*time.Hour)
	require.Len(t, w.updates, 3)
	assert.True(t, w.updates[1].NotModified)
	assert.Empty(t, w.updates[2].New)
	assert.Equal(t, "News", w.updates[2].Title)
	tag = `"two"`
	w.run(t, time.Hour)
	assert.Equal(t, []string{`"two"`}, w.last(t))
	w.end(t)
}

// What servers can do wrong, and when they are asked again.
func TestFailures(t *testing.T) {
	status := func(code int, header ...string) http.HandlerFunc {
		return func(out http.ResponseWriter, _ *http.Request) {
			if len(header) > 0 {
				out.Header().Set("Retry-After", header[0])
			}
			out.WriteHeader(code)
		}
	}
	text := func(s string) http.HandlerFunc {
		return func(out http.ResponseWriter, _ *http.Request) { fmt.Fprint(out, s) }
	}
	for name, c := range map[string]struct {
		web   http.HandlerFunc
		want  error
		pause time.Duration
	}{
		"a status":             {status(500), feed.ErrStatus, time.Minute},
		"later, in seconds":    {status(503, "600"), feed.ErrStatus, 10 * time.Minute},
		"later, at a time":     {status(429, "Thu, 01 Jan 2099 00:00:00 GMT"), feed.ErrStatus, 2 * time.Hour},
		"later, nonsense":      {status(429, "soon"), feed.ErrStatus, time.Minute},
		"gone":                 {status(410), feed.ErrGone, 0},
		"no feed":              {text("<html><body>hello</body></html>"), feed.ErrParse, time.Minute},
		"nothing":              {text(""), feed.ErrParse, time.Minute},
		"binary":               {text("\x00\x01\x02\xff"), feed.ErrParse, time.Minute},
		"cut":                  {text(rss("A")[:120]), feed.ErrParse, time.Minute},
		"entities of one kind": {text(`<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss version="2.0"><channel><item><title>&b;</title>`), feed.ErrParse, time.Minute},
		"too long":             {text(rss("A") + strings.Repeat(" ", 6000)), feed.ErrTooLong, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, feed.Config{MaxDelay: 2 * time.Hour})
			w.web = c.web
			w.add(t, feed.Feed{Delay: time.Minute})
			w.run(t, time.Second)
			require.Len(t, w.updates, 1)
			assert.ErrorIs(t, w.updates[0].Err, c.want)
			w.says(rss("A"))
			if c.pause == 0 {
				assert.True(t, w.updates[0].Next.IsZero())
				w.run(t, 24*time.Hour)
				require.Len(t, w.updates, 1)
				require.NoError(t, w.ask(t, "resume_feed", "news"))
			} else {
				w.run(t, c.pause-2*time.Second)
				require.Len(t, w.updates, 1, "not before the time")
			}
			w.run(t, 3*time.Second)
			assert.Equal(t, []string{"A"}, w.last(t))
			w.end(t)
		})
	}
}

// Pauses double with each failure, up to a limit.
func TestPausesGrow(t *testing.T) {
	w := newWorld(t, feed.Config{MaxDelay: 10 * time.Minute})
	w.web = func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(500) }
	w.add(t, feed.Feed{Delay: time.Minute})
	w.run(t, 30*time.Minute)
	var pauses []time.Duration
	for i := 1; i < len(w.updates); i++ {
		pauses = append(pauses, w.updates[i].Next.Sub(w.updates[i-1].Next))
	}
	assert.Equal(t, []time.Duration{2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 10 * time.Minute, 10 * time.Minute}, pauses)
	w.end(t)
}

// A server that does not answer runs into the time-out, and a feed that is removed or
// paused meanwhile has no update.
func TestSlowServer(t *testing.T) {
	for _, event := range []string{"", "pause_feed", "remove_feed"} {
		w := newWorld(t, feed.Config{})
		w.web = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
		w.add(t, feed.Feed{})
		w.run(t, 100*time.Millisecond)
		if event != "" {
			require.NoError(t, w.ask(t, event, "news"))
			w.run(t, 10*time.Minute)
			assert.Empty(t, w.updates, event)
			if event == "pause_feed" {
				w.says(rss("A"))
				require.NoError(t, w.ask(t, "resume_feed", "news"))
				w.run(t, time.Second)
				assert.Equal(t, []string{"A"}, w.last(t))
			}
		}
		w.end(t)
	}
}

// What is remembered is bounded, and what was remembered before is no news.
func TestBounds(t *testing.T) {
	w := newWorld(t, feed.Config{MaxItems: 3, MaxSeen: 2})
	w.says(rss("E", "D", "C", "B"))
	w.add(t, feed.Feed{Seen: []string{"a", "b", "c"}})
	w.run(t, time.Second)
	assert.Equal(t, []string{"E", "D"}, w.last(t))
	for i := range 20 {
		w.says(rss(fmt.Sprint(i)))
		w.run(t, time.Hour)
		assert.Equal(t, []string{fmt.Sprint(i)}, w.last(t))
		assert.LessOrEqual(t, len(w.aggregator.Seen("news")), 5)
	}
	w.end(t)
}

// What is impossible to ask for.
func TestRefusals(t *testing.T) {
	w := newWorld(t, feed.Config{MaxFeeds: 1})
	w.says(rss("A"))
	for _, f := range []any{nil, "news", feed.Feed{}, feed.Feed{Name: "a"}, feed.Feed{Name: "a", URL: "/path"}, feed.Feed{Name: "a", URL: "http://a/", Delay: -1}} {
		require.ErrorIs(t, w.ask(t, "add_feed", f), kernel.ErrInvalid)
	}
	w.add(t, feed.Feed{})
	require.ErrorIs(t, w.ask(t, "add_feed", feed.Feed{Name: "news", URL: "http://a/"}), feed.ErrName)
	require.ErrorIs(t, w.ask(t, "add_feed", feed.Feed{Name: "more", URL: "http://a/"}), feed.ErrFull)
	for _, event := range []string{"remove_feed", "pause_feed", "resume_feed"} {
		require.ErrorIs(t, w.ask(t, event, "none"), feed.ErrUnknown)
	}
	assert.Equal(t, []string{"news"}, w.aggregator.Feeds())
	w.end(t)
	for field, c := range map[string]feed.Config{
		"Timeout": {Timeout: -1}, "MaxDelay": {MaxDelay: -1}, "MaxSize": {MaxSize: -1}, "MaxItems": {MaxItems: -1}, "MaxSeen": {MaxSeen: -1}, "MaxFeeds": {MaxFeeds: -1},
	} {
		_, err := feed.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
}

// A real server, of this module, over TCP, and the component's own client.
func TestServer(t *testing.T) {
	k := kernel.New()
	hits := 0
	server, err := httpserver.Listen(k, httpserver.Config{
		Server: servertcp.Config{Address: "127.0.0.1"},
		Routes: []httpserver.Route{{Handle: func(r *httpserver.Response) {
			hits++
			r.Header.Set("Content-Type", "application/rss+xml")
			r.Body = []byte(rss("A", "B")[:len(rss("A", "B"))])
			if hits > 1 {
				r.Body = []byte(rss("C", "A", "B"))
			}
			r.Done()
		}}},
	})
	require.NoError(t, err)
	var got [][]string
	var aggregator *feed.Aggregator
	aggregator, err = feed.New(k, feed.Config{Callback: func(u *feed.Update) {
		assert.NoError(t, u.Err)
		if got = append(got, titles(u.New)); len(got) == 2 {
			aggregator.Shutdown()
			server.Shutdown(time.Second)
		}
	}})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		assert.NoError(t, e.Post(kernel.Alias("rssagg"), "add_feed", feed.Feed{
			Name: "own", URL: "http://" + server.Addr().(*net.TCPAddr).String() + "/feed", Delay: 10 * time.Millisecond,
		}))
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, [][]string{{"A", "B"}, {"C"}}, got)
}

// FuzzDocument has a server say anything.
func FuzzDocument(f *testing.F) {
	f.Add(rss("A", "B"), rss("C"))
	f.Add(`{"version":"https://jsonfeed.org/version/1","items":[{}]}`, "<feed><entry><title type='xhtml'>")
	f.Fuzz(func(t *testing.T, first, second string) {
		w := newWorld(t, feed.Config{MaxItems: 5, MaxSeen: 5})
		w.says(first)
		w.add(t, feed.Feed{})
		w.run(t, time.Second)
		w.says(second)
		w.run(t, 2*time.Hour)
		require.GreaterOrEqual(t, len(w.updates), 2)
		require.LessOrEqual(t, len(w.aggregator.Seen("news")), 10)
		w.end(t)
	})
}
