package inspect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
)

// Offline is an http.Handler that shows a dump as an inspector shows a running
// program, to requests that have its token. Its server should listen on a
// loopback address or a unix socket.
type Offline struct {
	token  token
	dump   Dump
	recent *recent
	mux    *http.ServeMux
}

// maxDump bounds a dump that is read, in bytes.
const maxDump = 1 << 30

// ReadDump reads a dump that [Inspector.Dump] has written.
func ReadDump(r io.Reader) (*Offline, error) {
	o := &Offline{token: newToken(), mux: http.NewServeMux()}
	if err := json.NewDecoder(io.LimitReader(r, maxDump)).Decode(&o.dump); err != nil {
		return nil, fmt.Errorf("inspect: ReadDump: %w", err)
	}
	if o.dump.Format != dumpFormat {
		return nil, fmt.Errorf("inspect: ReadDump: the format is %q, not %q", clip(o.dump.Format, 40), dumpFormat)
	}
	o.recent = newRecent(len(o.dump.Recent))
	copy(o.recent.ring, o.dump.Recent)
	o.recent.next = uint64(len(o.dump.Recent))
	page(o.mux)
	serve(o.mux, o.gets())
	o.mux.HandleFunc("GET /api/live", o.live)
	return o, nil
}

// Why returns the exception for which the dump was written, with its stack;
// empty if it was requested.
func (o *Offline) Why() string { return o.dump.Why }

// Token returns what requests must present, as those to an [Inspector] must present
// its token.
func (o *Offline) Token() string { return string(o.token) }

// ServeHTTP implements http.Handler.
func (o *Offline) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	serveLocal(w, r, o.token, o.mux)
}

// serveLocal answers the requests of this machine that have a token.
func serveLocal(w http.ResponseWriter, r *http.Request, t token, mux *http.ServeMux) {
	protect(w.Header())
	switch {
	case foreign(r) || !loopbackName(r.Host) && r.Host != socketHost:
		http.Error(w, "requests of other sites are refused", http.StatusForbidden)
		return
	case !t.presented(r):
		http.Error(w, tokenMissing, http.StatusUnauthorized)
		return
	case t.moved(w, r):
		return
	}
	mux.ServeHTTP(w, r)
}

func (o *Offline) gets() map[string]func(*http.Request) (any, error) {
	gets := map[string]func(*http.Request) (any, error){
		"sessions": o.sessions, "top": o.top, "session": o.session,
		"recent": o.recent.last, "tree": o.recent.tree, "perfetto": o.recent.perfetto,
	}
	for name, text := range o.dump.Answers {
		if gets[name] == nil && slices.ContainsFunc(dumped, func(path string) bool { return path == name || path == name+"?limit=500" }) {
			gets[name] = func(*http.Request) (any, error) { return text, nil }
		}
	}
	return gets
}

func (o *Offline) sessions(r *http.Request) (any, error) {
	of, err1 := number(r, "of", 0, 1<<53)
	after, err2 := number(r, "after", 0, 1<<53)
	limit, err3 := number(r, "limit", 100, 500)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	page, more, begun := []SessionRow{}, false, after == 0
	for _, s := range o.dump.Sessions {
		switch {
		case s.Parent != of || s.Number == 0:
		case !begun:
			begun = s.Number == after
		case len(page) == int(limit):
			more = true
		default:
			page = append(page, s)
		}
	}
	return map[string]any{"Sessions": page, "More": more}, nil
}

func (o *Offline) top(r *http.Request) (any, error) {
	t, err := newTopList(r)
	if err != nil {
		return nil, err
	}
	t.add(o.dump.Sessions)
	return t.answer(), nil
}

func (o *Offline) session(r *http.Request) (any, error) {
	n, err := number(r, "n", 0, 1<<53)
	if err != nil {
		return nil, err
	}
	text := o.dump.Each[fmt.Sprint(n)]
	if text == nil {
		return nil, errNotFound
	}
	return text, nil
}

// live sends what does not change: once.
func (o *Offline) live(w http.ResponseWriter, r *http.Request) {
	s := newStream(w)
	var overview map[string]any
	if err := json.Unmarshal(o.dump.Answers["overview"], &overview); err != nil {
		overview = map[string]any{}
	}
	overview["Actions"], overview["Dump"], overview["Why"] = false, o.dump.Time, o.dump.Why
	if s.send("overview", overview) == nil {
		<-r.Context().Done()
	}
}
