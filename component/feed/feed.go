// Package feed polls RSS, Atom and JSON feeds for new items:
// POE::Component::RSSAggregator in Go. The parser is github.com/mmcdole/gofeed,
// the requests are clienthttp's.
//
//	feed.New(k, feed.Config{})
//
//	e.Post(poe.Alias("rssagg"), "add_feed", feed.Feed{Name: "lwn", URL: "http://lwn.net/headlines/rss", Delay: 5 * time.Minute, Event: "handle_feed"})
//
//	func (a *announcer) handleFeed(e poe.Event) {
//		u := feed.UpdateOf(e)
//		for _, item := range u.New { ... }
//	}
//
// The component is a session with these events, a call of which returns an
// error or nil:
//
//   - "add_feed": a [Feed], which is fetched at once and then periodically;
//   - "remove_feed", "pause_feed", "resume_feed": a feed's name;
//   - "shutdown": removes all feeds and ends.
//
// The session that has added a feed gets an event after each fetch, whose first
// argument is an [*Update], and is kept alive until the feed is removed.
//
// As in POE all items of the first fetch are new, unless Feed.Seen has them,
// and an update comes even without new items. Unlike there, requests are
// conditional if the server supports it, pauses after failures grow, and what
// is remembered of a feed is bounded. Feeds are parsed on other goroutines.
package feed

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/mmcdole/gofeed"

	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Defaults of a Config and of a Feed.
const (
	DefaultAlias    = "rssagg"    // as in POE
	DefaultDelay    = time.Hour   // as in POE
	DefaultTimeout  = time.Minute // as in POE
	DefaultMaxDelay = 24 * time.Hour
	DefaultMaxSize  = 4 << 20
	DefaultMaxItems = 1000
	DefaultMaxSeen  = 10_000
	DefaultMaxFeeds = 10_000
)

// redirects is how many redirects a request follows.
const redirects = 5

// Errors of an Update (ErrStatus to ErrParse) and of calls of the events
// (ErrName to ErrFull).
var (
	ErrStatus  = errors.New("feed: the server refuses")
	ErrTooLong = errors.New("feed: the document is longer than MaxSize")
	ErrGone    = errors.New("feed: the feed is gone for good; it is paused")
	ErrParse   = errors.New("feed: the document cannot be parsed")
	ErrName    = errors.New("feed: a feed of this name is there already")
	ErrUnknown = errors.New("feed: no feed of this name")
	ErrFull    = errors.New("feed: there are as many feeds as MaxFeeds")
)

// Config configures the component. Every field is optional.
type Config struct {
	// Alias is the component's alias; empty is DefaultAlias.
	Alias string
	// HTTPAlias is the alias of a clienthttp that makes the requests, whose
	// MaxSize then applies. If empty, the component creates one. POE:
	// http_alias.
	HTTPAlias string
	// Agent is the User-Agent of requests, unless HTTPAlias is set. If empty,
	// it is "gopoe-feed".
	Agent string
	// Timeout bounds a request, unless HTTPAlias is set. 0 is DefaultTimeout.
	Timeout time.Duration
	// MaxDelay bounds the pause after failures, and that which a server can
	// request. 0 is DefaultMaxDelay.
	MaxDelay time.Duration
	// MaxSize bounds a document, in bytes; MaxItems the items of it that are
	// read; MaxSeen the further, earlier items that are remembered; and
	// MaxFeeds the feeds. If 0, they are the defaults.
	MaxSize                     int64
	MaxItems, MaxSeen, MaxFeeds int
	// Callback, if not nil, is called with every update, in the component's
	// session. POE: callback.
	Callback func(u *Update)
}

// Feed is the argument of "add_feed". Name and URL are required.
type Feed struct {
	Name, URL string
	// Delay is the time between two fetches; 0 is DefaultDelay.
	Delay time.Duration
	// Event is the event of the adding session that brings the updates. If
	// empty, only Config.Callback gets them.
	Event string
	// HeadlineAsID identifies items by their titles, instead of by their GUIDs
	// or, without one, by their links. POE: headline_as_id.
	HeadlineAsID bool
	// Seen are the IDs of items that are not new, from an earlier
	// Aggregator.Seen, which a program stores to continue after a restart. POE:
	// tmpdir.
	Seen []string
	// Context is for the program's use; updates have it in Update.Feed.
	Context any
}

// Update is the result of a fetch.
type Update struct {
	Feed Feed
	// Title and Link are the feed's own, as of its last document.
	Title, Link string
	// New are the items that are new, in the order of the document, which is
	// usually newest first; Items are all its items. They are shared by all
	// receivers of the update and must not be changed. POE: late_breaking_news,
	// headlines.
	New, Items []*gofeed.Item
	// NotModified reports whether the server answered that the document has not
	// changed.
	NotModified bool
	// Err is the reason if there is no document: clienthttp's error, ErrStatus
	// with the status, ErrTooLong, ErrParse with the parser's error, or
	// ErrGone.
	Err error
	// Next is the time of the next fetch; zero if the feed is paused.
	Next time.Time
}

// UpdateOf returns the *Update that is the first argument of an event. It
// panics with a kernel.ArgError for any other event.
func UpdateOf(e kernel.Event) *Update { return kernel.Arg[*Update](e, 0) }

// Aggregator is the component. Its methods belong to the kernel's goroutine.
type Aggregator struct {
	k       *kernel.Kernel
	service service.Service
	config  Config
	feeds   map[string]*watched
	http    *clienthttp.Client // made here, nil if it was given
	over    bool
}

// New creates the component, as a child of the active session. The error is a
// *kernel.ConfigError, or that of an alias.
func New(k *kernel.Kernel, c Config) (*Aggregator, error) {
	if err := cmp.Or(
		configerror.NotNegative("feed", "Timeout", c.Timeout),
		configerror.NotNegative("feed", "MaxDelay", c.MaxDelay),
		configerror.NotNegative("feed", "MaxSize", c.MaxSize),
		configerror.NotNegative("feed", "MaxItems", c.MaxItems),
		configerror.NotNegative("feed", "MaxSeen", c.MaxSeen),
		configerror.NotNegative("feed", "MaxFeeds", c.MaxFeeds),
	); err != nil {
		return nil, err
	}
	configerror.SetDefault(&c.Alias, DefaultAlias)
	configerror.SetDefault(&c.Agent, "gopoe-feed")
	configerror.SetDefault(&c.Timeout, DefaultTimeout)
	configerror.SetDefault(&c.MaxDelay, DefaultMaxDelay)
	configerror.SetDefault(&c.MaxSize, DefaultMaxSize)
	configerror.SetDefault(&c.MaxItems, DefaultMaxItems)
	configerror.SetDefault(&c.MaxSeen, DefaultMaxSeen)
	configerror.SetDefault(&c.MaxFeeds, DefaultMaxFeeds)
	a := &Aggregator{k: k, service: service.New(k, "feed", c.Alias), config: c, feeds: map[string]*watched{}}
	if err := service.Create(k, a, states); err != nil {
		return nil, err
	}
	return a, nil
}

var states = session.States[Aggregator]{
	"_start":      func(a *Aggregator, e kernel.Event) { a.service.Start(e, "feeds", a.end, a.start) },
	"_stop":       func(*Aggregator, kernel.Event) {},
	"_child":      func(*Aggregator, kernel.Event) {},
	"add_feed":    reports((*Aggregator).add),
	"remove_feed": onFeed((*watched).remove),
	"pause_feed":  onFeed(func(w *watched) { w.stop(); w.paused = true }),
	"resume_feed": onFeed((*watched).resume),
	"fetch":       func(_ *Aggregator, e kernel.Event) { kernel.Arg[*watched](e, 0).fetch() },
	"response":    (*Aggregator).response,
	"shutdown":    func(a *Aggregator, _ kernel.Event) { a.Shutdown() },
}

// reports makes a handler of a method that can fail: a call gets the error.
func reports(f func(*Aggregator, kernel.Event) error) func(*Aggregator, kernel.Event) {
	return func(a *Aggregator, e kernel.Event) { a.service.Report(e, f(a, e)) }
}

// start makes the client for the requests, if there is none.
func (a *Aggregator) start(kernel.Event) (err error) {
	if a.config.HTTPAlias == "" {
		a.config.HTTPAlias = a.config.Alias + " ua"
		a.http, err = clienthttp.New(a.k, clienthttp.Config{
			Alias: a.config.HTTPAlias, Agent: []string{a.config.Agent}, Timeout: a.config.Timeout, FollowRedirects: redirects,
			MaxSize: a.config.MaxSize, Decompress: true,
		})
	}
	return err
}

// add handles "add_feed".
func (a *Aggregator) add(e kernel.Event) error {
	f, ok := kernel.ArgOK[Feed](e, 0)
	u, err := url.Parse(f.URL)
	switch {
	case !ok || f.Name == "" || f.Delay < 0 || err != nil || u.Host == "":
		return fmt.Errorf("feed: add_feed needs a Feed with a name and an absolute URL: %w", kernel.ErrInvalid)
	case a.over:
		return clienthttp.ErrShutdown
	case a.feeds[f.Name] != nil:
		return fmt.Errorf("%w: %s", ErrName, f.Name)
	case len(a.feeds) >= a.config.MaxFeeds:
		return ErrFull
	}
	configerror.SetDefault(&f.Delay, DefaultDelay)
	if err := a.service.Keep(e.Sender); err != nil {
		return err
	}
	w := &watched{a: a, feed: f, by: e.Sender, delay: f.Delay}
	w.seen = remember(nil, f.Seen, a.config.MaxSeen)
	w.feed.Seen = nil
	a.feeds[f.Name] = w
	a.service.In(func(e kernel.Event) { e.Yield("fetch", w) })
	return nil
}

// onFeed makes a handler of a function that gets the feed that an event names.
func onFeed(f func(w *watched)) func(*Aggregator, kernel.Event) {
	return reports(func(a *Aggregator, e kernel.Event) error {
		name, _ := kernel.ArgOK[string](e, 0)
		w := a.feeds[name]
		if w == nil {
			return fmt.Errorf("%w: %q", ErrUnknown, name)
		}
		f(w)
		return nil
	})
}

// Feeds returns the names of all feeds, sorted. POE: feed_list.
func (a *Aggregator) Feeds() []string {
	return slices.Sorted(maps.Keys(a.feeds))
}

// Seen returns the IDs of a feed's items, oldest first, for Feed.Seen of a later run;
// nil if there is no feed of this name.
func (a *Aggregator) Seen(name string) []string {
	if w := a.feeds[name]; w != nil {
		return slices.Clone(w.seen)
	}
	return nil
}

// Shutdown removes all feeds and ends the component. The event "shutdown" does the
// same.
func (a *Aggregator) Shutdown() {
	if a.over {
		return
	}
	a.end()
	a.service.RemoveAlias()
}

func (a *Aggregator) end() {
	a.over = true
	for _, name := range a.Feeds() {
		a.feeds[name].remove()
	}
	if a.http != nil {
		a.http.Shutdown()
	}
}
