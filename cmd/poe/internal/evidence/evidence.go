// Package evidence reads what recordings show of a Perl program's types: of the
// arguments of its subs and handlers, and of what is in the heap.
//
// Recordings are made by POEx::Recorder with POE_RECORD_VALUES=1. A recording
// without that tells which events came, and no types.
package evidence

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
)

// Kind is the type of a value as the recorder sees it: "undef", "integer",
// "number", "text", "list", "table", "code", "handle", "reference", or "object"
// and a space and its class. A text that looks like a number is a text.
type Kind string

// Types counts the kinds of the values that were seen in one place.
type Types map[Kind]int

// Always returns the kind that all values had, and false if they had several or
// none was seen.
func (t Types) Always() (Kind, bool) {
	if len(t) != 1 {
		return "", false
	}
	for k := range t {
		return k, true
	}
	return "", false
}

// String lists the kinds, the most frequent first.
func (t Types) String() string {
	kinds := make([]string, 0, len(t))
	for k := range t {
		kinds = append(kinds, string(k))
	}
	sort.Slice(kinds, func(i, j int) bool {
		a, b := t[Kind(kinds[i])], t[Kind(kinds[j])]
		return a > b || a == b && kinds[i] < kinds[j]
	})
	return strings.Join(kinds, " or ")
}

func (t *Types) add(k Kind) {
	if *t == nil {
		*t = Types{}
	}
	(*t)[k]++
}

// Sub is what was seen of a sub.
type Sub struct {
	Name    string // with its package; "main::__ANON__" for one without a name
	File    string // as perl names it
	First   int    // line of its first statement
	Handler bool   // called with POE's arguments
	Calls   int
	// Args has the types of each argument: of ARG0 and so on for a handler. A call
	// with fewer arguments than others counts as "undef" for the missing ones.
	Args []Types
	// Heap has the types of the heap's members, as the handler found them. A
	// handler that a call found without a member that others found there counts
	// as "undef" for it.
	Heap map[string]*Types
}

// Evidence is what recordings show.
type Evidence struct {
	Events map[string]int // how often each event came
	subs   []*Sub
	byName map[string]*Sub
	byLine map[string]*Sub
	values bool
	// unobserved are subs of whose calls recordings do not tell.
	unobserved map[string]bool
}

// New returns evidence of nothing.
func New() *Evidence {
	return &Evidence{Events: map[string]int{}, byName: map[string]*Sub{}, byLine: map[string]*Sub{}, unobserved: map[string]bool{}}
}

// Read reads recordings.
func Read(files ...string) (*Evidence, error) {
	e := New()
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		err = e.Add(name, f)
		f.Close()
		if err != nil {
			return nil, err
		}
	}
	return e, nil
}

// line is a line of a recording.
type line struct {
	Message string            `json:"msg"`
	Event   string            `json:"event"`
	Sub     string            `json:"sub"`
	File    string            `json:"file"`
	First   int               `json:"first"`
	Handler bool              `json:"handler"`
	Args    []json.RawMessage `json:"args"`
	Heap    map[string]Kind   `json:"heap"`
}

// Add reads a recording; name is for messages. A last line without an end, as a
// killed program leaves it, does not count.
func (e *Evidence) Add(name string, r io.Reader) error {
	in := bufio.NewReader(r)
	for number := 1; ; number++ {
		text, err := in.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return fmt.Errorf("%s:%d: this is no trace: %w", name, number, err)
		}
		switch l.Message {
		case "dispatching", "calling":
			e.Events[l.Event]++
		case "unobserved":
			e.unobserved[l.Sub] = true
		case "called":
			if err := e.called(l); err != nil {
				return fmt.Errorf("%s:%d: %w", name, number, err)
			}
		}
	}
}

func (e *Evidence) called(l line) error {
	e.values = true
	kinds := make([]Kind, len(l.Args))
	for i, a := range l.Args {
		if err := json.Unmarshal(a, &kinds[i]); err != nil {
			return fmt.Errorf("argument %d of %s: %w", i, l.Sub, err)
		}
	}
	e.sub(l).add(kinds, l.Heap)
	return nil
}

func (e *Evidence) sub(l line) *Sub {
	key := place(l.File, l.First)
	s := e.byLine[key]
	if s == nil {
		s = &Sub{Name: l.Sub, File: l.File, First: l.First, Handler: l.Handler}
		e.byLine[key] = s
		e.subs = append(e.subs, s)
		if !strings.HasSuffix(l.Sub, "::__ANON__") {
			e.byName[l.Sub] = s
		}
	}
	return s
}

func place(file string, first int) string {
	return fmt.Sprintf("%s:%d", file[strings.LastIndexByte(file, '/')+1:], first)
}

func (s *Sub) add(args []Kind, heap map[string]Kind) {
	for len(s.Args) < len(args) {
		var t Types
		for range s.Calls {
			t.add("undef")
		}
		s.Args = append(s.Args, t)
	}
	for i := range s.Args {
		k := Kind("undef")
		if i < len(args) {
			k = args[i]
		}
		s.Args[i].add(k)
	}
	for name := range heap {
		if s.Heap == nil {
			s.Heap = map[string]*Types{}
		}
		if s.Heap[name] == nil {
			t := Types{}
			for range s.Calls {
				t.add("undef")
			}
			s.Heap[name] = &t
		}
	}
	for name, t := range s.Heap {
		if k, ok := heap[name]; ok {
			t.add(k)
		} else {
			t.add("undef")
		}
	}
	s.Calls++
}

// HasValues reports whether a recording tells of calls and types. Without, only
// Events is known.
func (e *Evidence) HasValues() bool { return e != nil && e.values }

// Observes reports whether a recording would tell of a call of a sub: of those that
// sort calls, and of those that perl calls by itself, it does not.
func (e *Evidence) Observes(name string) bool { return e != nil && !e.unobserved[name] }

// Sub returns what was seen of a sub, nil if it was not called. The name, with its
// package, is empty for a sub without one, which is found by its file's name and the
// line of its first statement.
func (e *Evidence) Sub(name, file string, first int) *Sub {
	if e == nil {
		return nil
	}
	if s := e.byName[name]; s != nil {
		return s
	}
	return e.byLine[place(file, first)]
}

// HeapKinds returns the types of a member of heaps, over all handlers; nil if
// it was not seen.
func (e *Evidence) HeapKinds(member string) Types {
	var all Types
	if e == nil {
		return nil
	}
	for _, s := range e.subs {
		if t := s.Heap[member]; t != nil {
			for k, n := range *t {
				for range n {
					all.add(k)
				}
			}
		}
	}
	return all
}
