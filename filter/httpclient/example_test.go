package httpclient_test

import (
	"fmt"
	"net/http"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpclient"
)

// A client's side of a conversation: two requests sent at once, two answers in
// one chunk. The second continues to the end of the connection.
func Example() {
	f, err := httpclient.New(httpclient.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	b := filter.NewBuffer(f)
	for _, path := range []string{"/a", "/b"} {
		r, err := http.NewRequest("GET", "http://example.org"+path, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		out, err := b.Put(r)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.39q\n", out[0])
	}
	records, err := b.Get([]byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst" + "HTTP/1.0 200 OK\r\n\r\nsecond"))
	if err != nil {
		fmt.Println(err)
		return
	}
	last, err := b.Finish() // the connection was closed
	if err != nil {
		fmt.Println(err)
	}
	for _, record := range append(records, last...) {
		r := record.(*http.Response)
		fmt.Printf("%s: %q\n", r.Request.URL.Path, httpclient.Content(r))
	}
	// Output:
	// "GET /a HTTP/1.1\r\nHost: example.org\r\nUse"
	// "GET /b HTTP/1.1\r\nHost: example.org\r\nUse"
	// /a: "first"
	// /b: "second"
}
