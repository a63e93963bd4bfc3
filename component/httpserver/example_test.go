package httpserver_test

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gopoe/poe/component/httpserver"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// A session answers requests by events, when it has the answer.
func Example() {
	k := kernel.New()
	server, err := httpserver.Listen(k, httpserver.Config{
		Alias:  "web",
		Server: servertcp.Config{Address: "127.0.0.1"},
		Routes: []httpserver.Route{{Session: kernel.Alias("greeter"), Event: "asked"}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { fmt.Println("alias:", e.Kernel.AliasSet("greeter")) },
		"asked": func(e kernel.Event) {
			_, err := e.Kernel.DelaySet("answer", 10*time.Millisecond, httpserver.ResponseOf(e))
			fmt.Println("asked:", err)
		},
		"answer": func(e kernel.Event) {
			r := kernel.Arg[*httpserver.Response](e, 0)
			r.Body = []byte("hello, " + r.Request.URL.Query().Get("name"))
			r.Done()
			server.Shutdown(time.Second)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, ended, at := make(chan string), make(chan error), server.Addr().String()
	go func() {
		r, err := http.Get("http://" + at + "/?name=world")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer r.Body.Close()
		body, _ := io.ReadAll(r.Body)
		answer <- string(body)
	}()
	go func() { ended <- k.Run() }()
	fmt.Println(<-answer, <-ended)
	// Output:
	// alias: <nil>
	// asked: <nil>
	// hello, world <nil>
}
