// A web server for notes: a table of routes, methods that are not allowed, and
// connections that are kept for the next request.
//
//	go run . PORT
package main

import (
	"fmt"
	"log"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/httpd"
)

// notes is what the connections share.
type notes map[string]string

// route is a line of the table. Its handler gets the request and what the path
// has in brackets; it returns the status and the body.
type route struct {
	method  string
	pattern *regexp.Regexp
	handler func(n notes, r *http.Request, name string) (int, string)
}

var routes = []route{
	{"GET", regexp.MustCompile(`^/$`), index},
	{"GET", regexp.MustCompile(`^/notes$`), notes.list},
	{"GET", regexp.MustCompile(`^/notes/(\w+)$`), notes.show},
	{"PUT", regexp.MustCompile(`^/notes/(\w+)$`), notes.store},
	{"DELETE", regexp.MustCompile(`^/notes/(\w+)$`), notes.forget},
}

func main() {
	port := 4005
	if len(os.Args) > 1 {
		port, _ = strconv.Atoi(os.Args[1])
	}
	k := poe.New()
	server, err := servertcp.Listen(k, servertcp.Config{
		Address:      "127.0.0.1",
		Port:         port,
		ClientFilter: newFilter,
		ClientInput:  servertcp.Input(notes{}.input),
		ClientError:  func(*servertcp.Client, *poe.OpError) {},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("listening on", server.Addr())
	poe.Inline(k, poe.Funcs{
		"_start": func(poe.Event) { k.AliasSet("control"); k.Sig("INT", "stop") },
		"stop":   func(poe.Event) {},
	})
	if err := k.Run(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped")
}

func newFilter() filter.Filter {
	f, err := httpd.New(httpd.Config{})
	if err != nil {
		panic(err)
	}
	return f
}

func (n notes) input(c *servertcp.Client, record any) {
	if refusal, ok := record.(*http.Response); ok { // to a request that is none
		fmt.Println(refusal.StatusCode)
		r := &http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Close: true}
		c.Put(answer(r, refusal.StatusCode, "That is no request.\n"))
		c.Shutdown()
		return
	}
	r := record.(*http.Request)
	status, body, allowed := n.route(r)
	fmt.Println(r.Method, r.URL.Path, status)
	response := answer(r, status, body)
	if allowed != nil {
		response.Header.Set("Allow", strings.Join(allowed, ", "))
	}
	c.Put(response)
	if r.Close {
		c.Shutdown()
	}
}

// answer makes a response. Whether the connection goes on, the filter has found
// out; of HEAD it leaves the body away.
func answer(r *http.Request, status int, body string) *http.Response {
	response := httpd.NewResponse(r, status, []byte(body))
	response.Header.Set("Content-Type", "text/plain")
	return response
}

func (n notes) route(r *http.Request) (status int, body string, allowed []string) {
	method := r.Method
	if method == "HEAD" {
		method = "GET"
	}
	for _, route := range routes {
		words := route.pattern.FindStringSubmatch(r.URL.Path)
		if words == nil {
			continue
		}
		if method == route.method {
			status, body = route.handler(n, r, words[len(words)-1])
			return status, body, nil
		}
		allowed = append(allowed, route.method)
	}
	if allowed != nil {
		return http.StatusMethodNotAllowed, "Not with this method.\n", allowed
	}
	return http.StatusNotFound, "Nothing is here.\n", nil
}

func index(notes, *http.Request, string) (int, string) {
	return http.StatusOK, "Notes are in /notes.\n"
}

func (n notes) list(*http.Request, string) (int, string) {
	var body string
	for _, name := range slices.Sorted(maps.Keys(n)) {
		body += name + "\n"
	}
	return http.StatusOK, body
}

func (n notes) show(_ *http.Request, name string) (int, string) {
	text, there := n[name]
	if !there {
		return http.StatusNotFound, "No such note.\n"
	}
	return http.StatusOK, text + "\n"
}

func (n notes) store(r *http.Request, name string) (int, string) {
	_, there := n[name]
	n[name] = string(httpd.Content(r))
	if there {
		return http.StatusOK, "Noted.\n"
	}
	return http.StatusCreated, "Noted.\n"
}

func (n notes) forget(_ *http.Request, name string) (int, string) {
	if _, there := n[name]; !there {
		return http.StatusNotFound, "No such note.\n"
	}
	delete(n, name)
	return http.StatusOK, "Gone.\n"
}
