package feed_test

import (
	"fmt"
	"net/http"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clienthttp"
	"github.com/gopoe/poe/component/feed"
	"github.com/gopoe/poe/poetest"
)

// The headlines of a feed, from a web of one page in memory.
func Example() {
	k := poe.New()
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<rss version="2.0"><channel><title>News</title><item><title>It rains</title></item></channel></rss>`)
	})
	_, err := clienthttp.New(k, clienthttp.Config{Alias: "ua", Transport: poetest.RoundTripper(page)})
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := feed.New(k, feed.Config{HTTPAlias: "ua"}); err != nil {
		fmt.Println(err)
		return
	}
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			e.Post(poe.Alias("rssagg"), "add_feed", feed.Feed{Name: "news", URL: "http://news.example/", Event: "handle_feed"})
		},
		"handle_feed": func(e poe.Event) {
			u := feed.UpdateOf(e)
			for _, item := range u.New {
				fmt.Println(u.Title+":", item.Title)
			}
			e.Post(poe.Alias("rssagg"), "shutdown")
			e.Post(poe.Alias("ua"), "shutdown")
		},
	})
	fmt.Println(k.Run())
	// Output:
	// News: It rains
	// <nil>
}
