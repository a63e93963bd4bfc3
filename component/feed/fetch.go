package feed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/mmcdole/gofeed"

	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/recording"
)

// watched is a feed that is fetched again and again.
type watched struct {
	a      *Aggregator
	feed   Feed
	by     kernel.ID
	timer  kernel.AlarmID
	asked  *http.Request // under way, nil for none
	paused bool
	gone   bool // it has been removed

	etag, modified string // of the last document that was parsed
	title, link    string
	seen           []string      // IDs, the oldest first
	delay          time.Duration // after the next failure
}

// fetch asks for the document, in the component's session.
func (w *watched) fetch() {
	w.timer = 0
	if w.gone || w.paused || w.asked != nil {
		return
	}
	r, err := http.NewRequest(http.MethodGet, w.feed.URL, nil)
	if err != nil {
		w.failed(err, 0)
		return
	}
	r.Header.Set("Accept", "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1")
	if w.etag != "" {
		r.Header.Set("If-None-Match", w.etag)
	}
	if w.modified != "" {
		r.Header.Set("If-Modified-Since", w.modified)
	}
	w.asked = r
	if err := w.a.k.Post(kernel.Alias(w.a.config.HTTPAlias), "request", "response", r, w); err != nil {
		w.failed(err, 0)
	}
}

// stop ends what is under way.
func (w *watched) stop() {
	w.a.service.RemoveAlarm(&w.timer)
	if w.asked != nil {
		_ = w.a.k.Post(kernel.Alias(w.a.config.HTTPAlias), "cancel", w.asked) // it may have shut down
		w.asked = nil
	}
}

// remove ends the feed.
func (w *watched) remove() {
	delete(w.a.feeds, w.feed.Name)
	w.stop()
	w.gone = true
	w.a.service.Release(w.by)
}

// resume ends a pause.
func (w *watched) resume() {
	if w.paused {
		w.paused = false
		w.a.service.In(func(e kernel.Event) { e.Yield("fetch", w) })
	}
}

// response handles a response.
func (a *Aggregator) response(e kernel.Event) {
	r := clienthttp.ResultOf(e)
	w := r.Tag.(*watched)
	if w.asked != r.Request {
		return // it was removed or paused meanwhile
	}
	status := r.Response.StatusCode
	switch {
	case r.Err != nil:
		w.failed(r.Err, 0)
	case status == http.StatusNotModified:
		w.update(&Update{NotModified: true})
	case status == http.StatusGone:
		w.paused = true
		w.failed(ErrGone, 0)
	case status/100 != 2:
		w.failed(fmt.Errorf("%w: %s", ErrStatus, r.Response.Status), retryAfter(r.Response, a.k.Now()))
	case r.Truncated || int64(len(r.Body)) > a.config.MaxSize:
		w.failed(ErrTooLong, 0)
	default:
		w.parse(r)
	}
}

// retryAfter is the pause for which a server asks, 0 for none.
func retryAfter(r *http.Response, now time.Time) time.Duration {
	value := r.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// document is what a fetch needs of a feed. A recording has it, as the result of a
// job; the parser's own type has fields that it cannot have.
type document struct {
	Title, Link string
	Items       []*gofeed.Item
}

func init() { recording.Register(document{}) }

// parse parses a document, beside the kernel.
func (w *watched) parse(r *clienthttp.Result) {
	body := r.Body
	_, err := w.a.k.Host().OffloadFunc(nil, "feed: parse", func(context.Context) (any, error) {
		return parse(body)
	}, func(_ kernel.Event, parsed any, err error) {
		if w.asked != r.Request {
			return // it was removed or paused meanwhile
		}
		if err != nil {
			w.failed(err, 0)
			return
		}
		w.etag, w.modified = r.Response.Header.Get("Etag"), r.Response.Header.Get("Last-Modified")
		w.document(parsed.(document))
	})
	if err != nil {
		w.failed(err, 0)
	}
}

// parse parses a document. A panic of the parser is an error: a feed's author does
// not end the program.
func parse(body []byte) (d document, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", ErrParse, p)
		}
	}()
	f, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		return document{}, fmt.Errorf("%w: %w", ErrParse, err)
	}
	return document{f.Title, f.Link, f.Items}, nil
}

// document finds the news of a document.
func (w *watched) document(f document) {
	items := f.Items
	if len(items) > w.a.config.MaxItems {
		items = items[:w.a.config.MaxItems:w.a.config.MaxItems]
	}
	w.title, w.link = f.Title, f.Link
	u := &Update{Items: items}
	known := make(map[string]bool, len(w.seen)+len(items))
	for _, id := range w.seen {
		known[id] = true
	}
	ids := make([]string, 0, len(items))
	for _, item := range items {
		id := w.idOf(item)
		if !known[id] {
			u.New = append(u.New, item)
		}
		known[id] = true
		ids = append(ids, id)
	}
	slices.Reverse(ids) // the oldest is remembered first
	w.seen = remember(w.seen, ids, len(ids)+w.a.config.MaxSeen)
	w.update(u)
}

// idOf is what makes an item the same in two documents. A long one is shortened, so
// that a feed's author does not decide how much is remembered.
func (w *watched) idOf(item *gofeed.Item) string {
	id := item.GUID
	switch {
	case w.feed.HeadlineAsID:
		id = item.Title
	case id == "" && item.Link != "":
		id = item.Link
	case id == "":
		id = item.Title + "\n" + item.Description
	}
	if len(id) > 200 {
		sum := sha256.Sum256([]byte(id))
		return "sha256:" + hex.EncodeToString(sum[:])
	}
	return id
}

// failed reports that there was no document. The pause before the next attempt is
// doubled with each failure, and at least what the server has asked for.
func (w *watched) failed(err error, pause time.Duration) {
	pause = min(max(pause, w.delay), max(w.a.config.MaxDelay, w.feed.Delay))
	if w.delay < w.a.config.MaxDelay {
		w.delay *= 2
	}
	w.report(&Update{Err: err}, pause)
}

// update reports a success.
func (w *watched) update(u *Update) {
	w.delay = w.feed.Delay
	w.report(u, w.delay)
}

// report ends a fetch: it sets the timer for the next one and passes an update on, in the
// component's session.
func (w *watched) report(u *Update, pause time.Duration) {
	w.asked = nil
	if !w.paused {
		w.timer, _ = w.a.k.DelaySet("fetch", pause, w)
		u.Next = w.a.k.Now().Add(pause)
	}
	u.Feed, u.Title, u.Link = w.feed, w.title, w.link
	if w.a.config.Callback != nil {
		w.a.config.Callback(u)
	}
	if w.feed.Event != "" {
		if err := w.a.k.Post(w.by, w.feed.Event, u); err != nil && !w.gone {
			w.remove() // its session has stopped by force
		}
	}
}

// remember adds IDs to those that are remembered, oldest first, as the newest ones, and
// forgets the oldest beyond most.
func remember(seen, ids []string, most int) []string {
	added := make(map[string]bool, len(ids))
	ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		twice := added[id]
		added[id] = true
		return twice
	})
	kept := slices.DeleteFunc(seen, func(id string) bool { return added[id] })
	all := slices.Concat(kept, ids)
	return slices.Clone(all[max(0, len(all)-most):])
}
