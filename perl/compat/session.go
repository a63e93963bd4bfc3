//go:build linux

package compat

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/session/nfa"
)

func notify(ch chan os.Signal, sig syscall.Signal) { signal.Notify(ch, sig) }

// box is the heap of a session in Go: it holds the heap of the Perl program.
type box struct{ heap any }

// boxOf returns what holds the heap of a session, nil if a component has made the
// session.
func boxOf(id kernel.ID) *box {
	var b *box
	switch s := id.Session().(type) {
	case interface{ Heap() any }:
		b, _ = s.Heap().(*box)
	case *nfa.Machine:
		b, _ = s.Runstate().(*box)
	}
	return b
}

// heapOf returns the heap of a session.
func heapOf(id kernel.ID) any {
	switch s := id.Session().(type) {
	case interface{ Heap() any }:
		switch h := s.Heap().(type) {
		case *box:
			return h.heap
		case *servertcp.Client:
			return clientHeap(h)
		case *servertcp.Listener:
			return listenerHeap(h)
		case *clienttcp.Client:
			return connectionHeap(h)
		}
	case *nfa.Machine:
		if b, isBox := s.Runstate().(*box); isBox {
			return b.heap
		}
	}
	return nil
}

func sessionClass(id kernel.ID) string {
	if the != nil && id == the.ID() {
		return "POE::Kernel"
	}
	if _, isMachine := id.Session().(*nfa.Machine); isMachine {
		return "POE::NFA"
	}
	return "POE::Session"
}

// sessionCall calls a method of POE::Session or POE::NFA.
func sessionCall(id kernel.ID, method string, w perl.Want, args []any) ([]any, bool) {
	if the != nil && id == the.ID() {
		return kernelCall(the, method, w, args)
	}
	name := perl.Str(perl.Head(args))
	switch method {
	case "ID":
		return perl.L(number(id)), true
	case "get_heap":
		return perl.L(heapOf(id)), true
	case "postback":
		return perl.L(postback(id, name, perl.From(args, 1))), true
	case "callback":
		return perl.L(callback(id, name, perl.From(args, 1))), true
	case "option":
		return option(id, args), true
	}
	if m, isMachine := id.Session().(*nfa.Machine); isMachine {
		return machineCall(m, method, args)
	}
	return nil, false
}

func option(id kernel.ID, args []any) []any {
	s, has := id.Session().(interface {
		Option(name string) any
		SetOption(name string, value any) any
	})
	if !has {
		return perl.L(nil)
	}
	if len(args) == 1 {
		return perl.L(s.Option(perl.Str(args[0])))
	}
	var out []any
	for i := 0; i+1 < len(args); i += 2 {
		out = append(out, s.SetOption(perl.Str(args[i]), args[i+1]))
	}
	if len(args) == 2 {
		return out
	}
	all := perl.NewHash()
	for i := 0; i < len(args); i += 2 {
		if i+1 < len(args) {
			all.Set(perl.Str(args[i]), out[i/2])
		} else {
			all.Set(perl.Str(args[i]), s.Option(perl.Str(args[i])))
		}
	}
	return perl.L(all)
}

// Postback is a POE postback: a code reference which keeps its session alive
// while a hash or an array holds it.
type Postback struct {
	code    *perl.Code
	release func()
	held    int
	gone    bool
}

// PerlCode returns the code to call.
func (p *Postback) PerlCode() *perl.Code { return p.code }

// PerlClass returns the class which postbacks have in POE.
func (p *Postback) PerlClass() string { return "POE::Session::AnonEvent" }

// Retain adds n to the number of holders and returns the result.
func (p *Postback) Retain(n int) int {
	p.held += n
	return p.held
}

// Destroy releases the session. It is called when the postback has lost its
// last holder.
func (p *Postback) Destroy() {
	if !p.gone {
		p.gone = true
		p.release()
	}
}

func postback(id kernel.ID, event string, made []any) any {
	pb := id.Postback(event, made...)
	p := &Postback{release: pb.Release}
	p.code = perl.NewCode("", func(_ perl.Want, args ...any) []any {
		pb.Post(append([]any(nil), args...)...)
		return perl.L(0)
	})
	return p
}

func callback(id kernel.ID, event string, made []any) any {
	cb := id.Callback(event, made...)
	p := &Postback{release: cb.Release}
	p.code = perl.NewCode("", func(w perl.Want, args ...any) []any {
		old := want
		want, direct = w, id == Kernel().ActiveSession()
		defer func() { want, direct = old, false }()
		if w == perl.List {
			return cb.CallList(append([]any(nil), args...)...)
		}
		return perl.L(cb.Call(append([]any(nil), args...)...))
	})
	return p
}

func init() {
	perl.Package("POE::Session", perl.Subs{"create": create})
	perl.Package("POE::NFA", perl.Subs{"spawn": spawn})
}

// create is POE::Session->create.
func create(_ perl.Want, args ...any) []any {
	c := pairs(args, "odd number of events/handlers (missing one or the other?)")
	needOptions(c, "POE::Session")
	for _, k := range c.Keys() {
		switch k {
		case "args", "heap", "inline_states", "object_states", "options", "package_states":
		default:
			perl.Die("unknown POE::Session parameter: %s", perl.Str(k))
		}
	}
	heap := c.Get("heap")
	if !c.Exists("heap") {
		heap = perl.NewHash()
	}
	b := &box{heap}
	perl.Held(heap)
	cfg := session.Config[box]{Heap: b, Funcs: tables(c, "inline_states", "object_states", "package_states")}
	if !c.Exists("heap") {
		releaseAtStop(cfg.Funcs, func() {
			if h, isHash := b.heap.(*perl.Hash); isHash { // the program may have replaced it
				h.Release()
			}
		})
	} else if isStruct(heap) {
		releaseAtStop(cfg.Funcs, func() { releaseFields(heap) })
	}
	if a := c.Get("args"); c.Exists("args") {
		cfg.Args = listOf(a)
	}
	if o := c.Get("options"); o != nil {
		cfg.Options = options(o)
	}
	s, err := session.New(Kernel(), cfg)
	if err != nil {
		return failed(err)
	}
	return perl.L(s.ID())
}

// needOptions throws if the options are set and are no hash.
func needOptions(c *perl.Hash, class string) {
	if c.Exists("options") && perl.RefType(c.Get("options")) != "HASH" {
		perl.Die("options for %s constructor is expected to be a HASH reference", class)
	}
}

// noSignal refuses a handler for _signal.
func noSignal(event string) {
	if event == "_signal" {
		perl.Die(",----- DEPRECATION ERROR -----\n| The _signal event is deprecated.  Please use sig() to register\n| an explicit signal handler instead.\n`-----------------------------\n")
	}
}

// releaseAtStop destroys what is in a session's heap when the session has stopped.
func releaseAtStop(funcs session.Funcs, release func()) {
	stop, fallback := funcs["_stop"], funcs["_default"]
	if stop == nil && fallback != nil {
		funcs["_default"] = func(e kernel.Event) {
			fallback(e)
			if kernel.Arg[string](e, 0) == "_stop" {
				release()
			}
		}
		return
	}
	funcs["_stop"] = func(e kernel.Event) {
		if stop != nil {
			stop(e)
		}
		release()
	}
}

// listOf returns the elements of a list, or a scalar as the only one.
func listOf(v any) []any {
	if a, isList := v.(*perl.Array); isList {
		a.Borrow()
		return append([]any(nil), a.All()...)
	}
	return []any{v}
}

// failed reports a session that could not be made: POE warns of one without _start,
// an exception goes on.
func failed(err error) []any {
	if v, isThrown := thrown(err); isThrown {
		perl.Throw(v)
	}
	if isNoStart(err) {
		perl.WarnHere("discarding session  - no '_start' state")
		return perl.L(nil)
	}
	perl.Die("%v", err)
	return nil
}

func options(v any) map[string]any {
	out := map[string]any{}
	h := perl.H(v)
	for _, k := range h.Keys() {
		out[perl.Str(k)] = h.Get(perl.Str(k))
	}
	return out
}

// tables makes the table of handlers of inline, object and package states.
func tables(c *perl.Hash, inline, objects, packages string) session.Funcs {
	funcs := session.Funcs{}
	if v := c.Get(inline); v != nil {
		needKind(c, inline, "HASH", inline+" does not refer to a hash")
		h := perl.H(v)
		for _, k := range h.Keys() {
			name := perl.Str(k)
			if v := h.Get(name); !isCode(v) && perl.RefType(v) != "POE::Session::AnonEvent" {
				perl.Die("inline state for '%s' needs a CODE reference", name)
			}
			noSignal(name)
			funcs[name] = handler(perl.CodeOf(h.Get(name)), nil, nil)
		}
	}
	for _, key := range []string{objects, packages} {
		v := c.Get(key)
		if v == nil {
			continue
		}
		needKind(c, key, "ARRAY", key+" does not refer to an array")
		list := perl.A(v).All()
		if len(list)%2 != 0 {
			perl.Die("the array for %s has an odd number of elements", key)
		}
		for i := 0; i+1 < len(list); i += 2 {
			if key == objects && perl.RefType(list[i]) == "" {
				perl.WarnHere("'%s' is not an object", perl.Str(list[i]))
			}
			if kind := perl.RefType(list[i+1]); kind != "ARRAY" && kind != "HASH" {
				perl.Die("states for %s '%s' need to be a hash or array ref", perl.If(key == objects, "object", "package"), perl.Str(list[i]))
			}
			methods(funcs, list[i], list[i+1])
		}
	}
	return funcs
}

func methods(funcs session.Funcs, object, names any) {
	if h, isHash := names.(*perl.Hash); isHash {
		for _, k := range h.Keys() {
			noSignal(perl.Str(k))
			needMethod(object, perl.Str(h.Get(perl.Str(k))))
			funcs[perl.Str(k)] = methodHandler(object, perl.Str(h.Get(perl.Str(k))))
		}
		return
	}
	for _, n := range perl.A(names).All() {
		noSignal(perl.Str(n))
		needMethod(object, perl.Str(n))
		funcs[perl.Str(n)] = methodHandler(object, perl.Str(n))
	}
}

// spawn is POE::NFA->spawn.
func spawn(_ perl.Want, args ...any) []any {
	c := perl.NewHash(perl.From(args, 1)...).Borrow()
	states := nfa.States[box]{}
	add := func(state string, handlers nfa.Handlers[box]) {
		if states[state] == nil {
			states[state] = nfa.Handlers[box]{}
		}
		for k, h := range handlers {
			states[state][k] = h
		}
	}
	if v := c.Get("inline_states"); v != nil {
		h := perl.H(v)
		for _, s := range h.Keys() {
			table := perl.H(h.Get(perl.Str(s)))
			handlers := nfa.Handlers[box]{}
			for _, k := range table.Keys() {
				handlers[perl.Str(k)] = machineHandler(perl.CodeOf(table.Get(perl.Str(k))), nil)
			}
			add(perl.Str(s), handlers)
		}
	}
	for _, key := range []string{"object_states", "package_states"} {
		v := c.Get(key)
		if v == nil {
			continue
		}
		h := perl.H(v)
		for _, s := range h.Keys() {
			list := perl.A(h.Get(perl.Str(s))).All()
			funcs := session.Funcs{}
			for i := 0; i+1 < len(list); i += 2 {
				methods(funcs, list[i], list[i+1])
			}
			handlers := nfa.Handlers[box]{}
			for name, f := range funcs {
				handlers[name] = func(_ *box, e nfa.Event) { f(e.Event) }
			}
			add(perl.Str(s), handlers)
		}
	}
	runstate := c.Get("runstate")
	if runstate == nil {
		runstate = perl.NewHash()
	}
	cfg := nfa.Config[box]{Runstate: &box{runstate}, States: states}
	if o := c.Get("options"); o != nil {
		cfg.Options = options(o)
	}
	m, err := nfa.New(Kernel(), cfg)
	if err != nil {
		return failed(err)
	}
	return perl.L(m.ID())
}

func machineHandler(code *perl.Code, object any) func(*box, nfa.Event) {
	return func(b *box, e nfa.Event) {
		dispatch(e.Event, code, object, func() any { return b.heap }, machineState(e.State))
	}
}

func machineCall(m *nfa.Machine, method string, args []any) ([]any, bool) {
	s := func(i int) string { return perl.Str(perl.At(args, i)) }
	switch method {
	case "goto_state":
		rethrowNFA(m.GotoState(s(0), s(1), perl.From(args, 2)...))
		return nil, true
	case "call_state":
		rethrowNFA(m.CallState(s(0), s(1), s(2), perl.From(args, 3)...))
		return nil, true
	case "return_state":
		rethrowNFA(m.ReturnState(args...))
		return nil, true
	case "stop":
		rethrowNFA(m.Stop())
		return nil, true
	case "get_current_state":
		return perl.L(m.CurrentState()), true
	case "get_runstate":
		return perl.L(heapOf(m.ID())), true
	}
	return nil, false
}

func rethrowNFA(err error) {
	if err != nil && !errors.Is(err, kernel.ErrNoSession) {
		perl.Throw(machineText(err) + "\n")
	}
}

// machineText returns POE's text of what a machine has refused, or that of any
// other error.
func machineText(err error) string {
	var e *nfa.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	id := number(e.Machine)
	switch {
	case errors.Is(e.Err, nfa.ErrNoHandler):
		return fmt.Sprintf("a '%s' event was sent from %s at %d to session %v, but session %v has neither a handler for it nor one for _default in its current state, '%s'", e.Event, perl.Name, 0, id, id, e.State)
	case errors.Is(e.Err, nfa.ErrNoState):
		return fmt.Sprintf("%v tried to enter nonexistent state '%s'", id, e.State)
	case errors.Is(e.Err, nfa.ErrNoEntry):
		return fmt.Sprintf("%v tried to invoke nonexistent enter event '%s' in state '%s'", id, e.Event, e.State)
	case errors.Is(e.Err, nfa.ErrEmptyStack):
		return fmt.Sprintf("%v tried to pop a state from an empty stack", id)
	}
	return err.Error()
}
