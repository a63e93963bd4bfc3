package script

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// pages are what an HTTP server shows, by their paths: a status and a body, or where
// a redirection leads.
type pages struct {
	mu    sync.Mutex
	known map[string]page
}

type page struct {
	status int
	body   string
}

// show adds a page to a server, which is started with its first page.
func (s *stage) show(name, text string) error {
	path, text, _ := strings.Cut(text, " ")
	code, body, _ := strings.Cut(text, " ")
	status, err := strconv.Atoi(code)
	if err != nil || status < 200 || status > 599 {
		return fmt.Errorf("a page is PATH STATUS TEXT, not %q", text)
	}
	if s.pages[name] == nil {
		if err := s.servePages(name); err != nil {
			return err
		}
	}
	p := s.pages[name]
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[path] = page{status, body}
	return nil
}

func (s *stage) servePages(name string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p := &pages{known: map[string]page{}}
	web := &http.Server{Handler: p}
	go func() { _ = web.Serve(l) }() // until it is closed
	s.after(func() { _ = web.Close() })
	s.servers[name] = &server{port: l.Addr().(*net.TCPAddr).Port, close: web.Close}
	s.pages[name] = p
	return nil
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	found, ok := p.known[r.URL.Path]
	p.mu.Unlock()
	switch {
	case !ok:
		http.NotFound(w, r)
	case found.status/100 == 3:
		http.Redirect(w, r, found.body, found.status)
	default:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(found.status)
		_, _ = io.WriteString(w, found.body) // the program may be gone
	}
}
