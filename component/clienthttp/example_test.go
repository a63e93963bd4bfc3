package clienthttp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/await"
	"github.com/gopoe/poe/component/clienthttp"
)

// The synopsis of POE::Component::Client::HTTP: post a request, get a response.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer server.Close()
	k := poe.New()
	if _, err := clienthttp.New(k, clienthttp.Config{Alias: "ua"}); err != nil {
		fmt.Println(err)
		return
	}
	poe.Inline(k, poe.Funcs{
		"_start": func(e poe.Event) {
			request, _ := http.NewRequest("GET", server.URL, nil)
			e.Post(poe.Alias("ua"), "request", "got", request, "front page")
		},
		"got": func(e poe.Event) {
			r := clienthttp.ResultOf(e)
			fmt.Println(r.Tag, r.Response.StatusCode, string(r.Body))
			e.Post(poe.Alias("ua"), "shutdown")
		},
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// front page 200 hello
}

// The same as straight-line code.
func ExampleClient_Fetch() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.Path) }))
	defer server.Close()
	k := poe.New()
	ua, err := clienthttp.New(k, clienthttp.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	poe.Inline(k, poe.Funcs{"_start": func(e poe.Event) {
		poe.Async(e, func(t *poe.Task) {
			for _, path := range []string{"/a", "/b"} {
				request, _ := http.NewRequest("GET", server.URL+path, nil)
				r, err := await.Await(t, ua.Fetch(clienthttp.Request{HTTP: request}))
				if err != nil {
					fmt.Println(err)
					break
				}
				fmt.Println(string(r.Body))
			}
			ua.Shutdown()
		})
	}})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// /a
	// /b
}
