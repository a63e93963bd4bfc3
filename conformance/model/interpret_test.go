//go:build linux

package model

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/session/nfa"
)

// interpreter runs one program on this module's kernel.
type interpreter struct {
	program
	k         *kernel.Kernel
	clock     *haltingClock
	out       bytes.Buffer
	names     map[kernel.ID]string
	ids       []kernel.ID
	timers    map[string]kernel.AlarmID
	postbacks map[string]*kernel.Postback
	callbacks map[string]*kernel.Callback
	handles   []*kernel.Handle
	machines  map[kernel.ID]*nfa.Machine
	counts    map[string]int // of references
	stops     int            // how often the kernel was stopped by an operation
	notices   int            // how many notices are being handled
	ops       map[string]func(c *context, args op) string
}

// context is what an operation knows of the handler it is in.
type context struct {
	kernel.Event
	bodies  kind         // what the handlers do
	machine *nfa.Machine // nil in a session
}

// haltingClock is a virtual clock that stops the kernel when nothing is due
// any more: real POE would wait for ever. Like any loop it wakes a little late.
type haltingClock struct {
	poetest.Clock
	halt func()
}

// Advance jumps, or halts.
func (c *haltingClock) Advance(until time.Duration) bool {
	if until == math.MaxInt64 {
		c.halt()
		return true
	}
	return c.Clock.Advance(until + time.Nanosecond)
}

// interpret runs a program and returns its trace.
func interpret(p program) string { return newInterpreter(p).interpret() }

func newInterpreter(p program) *interpreter {
	in := &interpreter{program: p, clock: &haltingClock{}, names: map[kernel.ID]string{}, timers: map[string]kernel.AlarmID{},
		postbacks: map[string]*kernel.Postback{}, callbacks: map[string]*kernel.Callback{}, machines: map[kernel.ID]*nfa.Machine{}, counts: map[string]int{}}
	in.k = kernel.New(kernel.Options{Clock: in.clock})
	in.clock.halt = func() {
		in.line("hang")
		in.k.Stop()
	}
	in.names[in.k.ID()] = "K"
	in.ops = in.table()
	return in
}

func (in *interpreter) interpret() string {
	in.openHandles()
	defer in.closeHandles()
	in.run(in.Main, &context{})
	for round := range 2 {
		if err := in.k.Run(); err != nil {
			in.line("run died " + thrownText(err))
		} else {
			in.line("run returned")
		}
		if round == 0 {
			in.run(in.Between, &context{})
		}
	}
	for _, c := range in.callbacks {
		c.Release()
	}
	for _, p := range in.postbacks {
		p.Release()
	}
	return in.out.String()
}

func (in *interpreter) line(words ...any) { fmt.Fprintln(&in.out, words...) }

// micros shows a time of day as the time since the beginning.
func (in *interpreter) micros(t time.Time) string {
	return strconv.FormatInt(t.Sub((&poetest.Clock{}).Wall()).Microseconds(), 10)
}

func (in *interpreter) show(v any) string {
	switch v := v.(type) {
	case nil:
		return "undef"
	case kernel.ID:
		if name := in.names[v]; name != "" {
			return name
		}
		return "?"
	case []any:
		return "[" + in.list(v, ",") + "]"
	case *kernel.Exception:
		return fmt.Sprintf("{%s %s %s %s %s}", in.show(v.Source), in.show(v.Dest), v.Event, sender(v.Caller), firstLine(v.Value))
	case *kernel.Handle:
		return fmt.Sprintf("h%d", slices.Index(in.handles, v))
	case kernel.Mode:
		return strconv.Itoa(int(v))
	}
	return fmt.Sprint(v)
}

func (in *interpreter) list(vs []any, between string) string {
	words := make([]string, len(vs))
	for i, v := range vs {
		words[i] = in.show(v)
	}
	return strings.Join(words, between)
}

func sender(event string) string {
	if event == "" {
		return "-"
	}
	return event
}

// result shows an error as POE's code, and no error as ok.
func result(err error) string {
	switch {
	case err == nil:
		return "ok"
	case errors.Is(err, syscall.ESRCH):
		return "ESRCH"
	case errors.Is(err, syscall.EEXIST):
		return "EEXIST"
	case errors.Is(err, syscall.EPERM):
		return "EPERM"
	case errors.Is(err, syscall.EINVAL):
		return "EINVAL"
	}
	return err.Error()
}

// handler does what the handler of an event does.
func (in *interpreter) handler(body string, ops []op, c *context) {
	event := body
	if c.Name != body {
		event = c.Name + "=" + body
	}
	me := in.show(c.Session)
	if c.machine != nil {
		me += "/" + c.machine.CurrentState()
	}
	in.line(in.micros(in.k.Now()), me, event, "from", in.show(c.Sender), sender(c.Caller), "("+in.list(c.Args, " ")+")")
	if notice(c.Event) {
		in.notices++
		defer func() { in.notices-- }()
	}
	if h, ok := c.Arg(0).(*kernel.Handle); ok {
		if in.Fuel--; in.Fuel < 0 { // or a handle that stays ready continues forever
			in.k.SelectClear(h)
			return
		}
	}
	in.run(ops, c)
}

// notice tells whether an event is about sessions that come and go. Real POE
// goes wrong in many ways if it is stopped in the middle of those.
func notice(e kernel.Event) bool {
	name := e.Name
	if name == "_default" {
		name, _ = e.Arg(0).(string)
	}
	return name == "_stop" || name == "_child" || name == "_parent"
}

// run carries operations out. What was to be returned is returned at the end
// alone, as in Perl.
func (in *interpreter) run(ops []op, c *context) {
	returned, before := op{}, in.stops
	for _, o := range ops {
		if in.Fuel--; in.Fuel < 0 || in.stops != before {
			break // handlers of stopped sessions only return
		}
		in.clock.Pass(time.Microsecond)
		name, args := o[0], slices.Clone(o[1:])
		if name == "return" {
			returned = args
			continue
		}
		if name == "stop" && in.notices > 0 {
			in.line("  stop not here")
			continue
		}
		if name == "stop" {
			in.line("  stop")
			in.k.Stop()
			in.stops++
			break
		}
		if r := in.ops[name](c, args); r != "" {
			in.line("  " + name + " " + strings.TrimPrefix(r, "="))
		}
	}
	if len(returned) > 0 {
		c.Return(values(returned)...)
	}
}

// create makes a session of a kind.
func (in *interpreter) create(kind int, args []any) string {
	if len(in.ids) >= in.Sessions {
		return "too many"
	}
	number := len(in.ids)
	in.ids = append(in.ids, kernel.ID{})
	funcs := session.Funcs{}
	for event := range in.Kinds[kind] {
		bodies := in.Kinds[kind]
		funcs[event] = func(e kernel.Event) { in.handler(event, bodies[event], &context{Event: e, bodies: bodies}) }
	}
	start := funcs["_start"]
	funcs["_start"] = func(e kernel.Event) {
		in.ids[number] = e.Session
		in.names[e.Session] = fmt.Sprintf("s%d", number)
		start(e)
	}
	s, err := session.Inline(in.k, funcs, args...)
	if err != nil {
		return err.Error()
	}
	return in.show(s.ID())
}

// target finds who an operation is about; nil if that session does not exist
// yet.
func (in *interpreter) target(c *context, name string) kernel.Dest {
	switch {
	case name == "K":
		return in.k.ID()
	case name == "self":
		return c.Session
	case name == "sender":
		return c.Sender
	case name[0] == '@':
		return kernel.Alias(name[1:])
	}
	n, err := strconv.Atoi(name[1:])
	if err != nil || n >= len(in.ids) || in.ids[n].IsZero() {
		return nil
	}
	return in.ids[n]
}

// thrownText is the first line of what was thrown, as in Perl.
func thrownText(err error) string {
	var h *kernel.HandlerError
	if machineFault(err) == "" && errors.As(err, &h) {
		return firstLine(h.Text())
	}
	return firstLine(err)
}

func firstLine(thrown any) string {
	if err, ok := thrown.(error); ok {
		if fault := machineFault(err); fault != "" {
			return fault
		}
	}
	first, _, _ := strings.Cut(fmt.Sprint(thrown), "\n")
	return first
}
