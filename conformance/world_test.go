package conformance

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"syscall"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// states is a table of inline states.
type states = session.Funcs

// named is the heap of most programs: { name => ... }.
type named struct{ name string }

// nothing is what a method without a result gives in Perl.
var nothing any

// kernel makes the kernel of a port. What it warns of is printed when the
// program has set p.warned, as Perl's $SIG{__WARN__} does.
func (p *port) kernel() *kernel.Kernel { return p.kernelWith(kernel.Options{}) }

// kernelWith makes it with options of the program's own.
func (p *port) kernelWith(o kernel.Options) *kernel.Kernel {
	o.Loop, o.Logger = p.loop, slog.New(warnings{p})
	p.tapes.options(&o)
	p.k = kernel.New(o)
	return p.k
}

// create makes a session with a name in its heap.
func create(k *kernel.Kernel, name string, s states, args ...any) *session.Session {
	ses, _ := session.New(k, session.Config[named]{Heap: &named{name}, Funcs: s, Args: args})
	return ses
}

// inline makes a session without a heap.
func inline(k *kernel.Kernel, s states, args ...any) *session.Session {
	ses, _ := session.Inline(k, s, args...)
	return ses
}

// who is the name of a session, as sub who of the Perl programs finds it.
func who(a any) string {
	id := a.(kernel.ID)
	if id == id.Kernel().ID() {
		return "kernel"
	}
	return session.HeapOf[named](id).name
}

// resolves is what alias_resolve is to Perl: true or false.
func resolves(k *kernel.Kernel, alias string) bool {
	_, ok := k.AliasResolve(alias)
	return ok
}

// one is what post and its like return in scalar context: 1, or undef.
func one(err error) any {
	if err != nil {
		return nil
	}
	return 1
}

// ones is what they return in list context: 1, or nothing.
func ones(err error) []any {
	if err != nil {
		return nil
	}
	return []any{1}
}

// errnoOf is the number that POE would have put into $!.
func errnoOf(err error) int {
	var n syscall.Errno
	errors.As(err, &n)
	return int(n)
}

// errname is the name of that number, or okay without an error.
func errname(err error, okay string) string {
	switch {
	case err == nil:
		return okay
	case errors.Is(err, syscall.ESRCH):
		return "ESRCH"
	case errors.Is(err, syscall.EPERM):
		return "EPERM"
	case errors.Is(err, syscall.EEXIST):
		return "EEXIST"
	case errors.Is(err, syscall.EINVAL):
		return "EINVAL"
	}
	return "?" + err.Error()
}

// code is errname for the programs that print ok.
func code(err error) string { return errname(err, "ok") }

// number is Perl's view of a truth value that is printed as a number.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// joined is Perl's join ',', with undef for nil.
func joined(args []any) string {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = text(a)
	}
	return strings.Join(words, ",")
}

// with puts words in front of a list, for out.
func with(list []any, words ...any) []any { return slices.Concat(words, list) }

// warnings turns what the kernel warns of into POE's words.
type warnings struct{ p *port }

func (w warnings) Enabled(context.Context, slog.Level) bool { return true }
func (w warnings) WithAttrs([]slog.Attr) slog.Handler       { return w }
func (w warnings) WithGroup(string) slog.Handler            { return w }

func (w warnings) Handle(_ context.Context, r slog.Record) error {
	if w.p.warned == nil || r.Level < slog.LevelWarn {
		return nil
	}
	attrs := map[string]any{}
	r.Attrs(func(a slog.Attr) bool {
		attrs[a.Key] = a.Value.Any()
		return true
	})
	w.p.warned(r.Message, attrs)
	return nil
}

// orUndef is a text that Perl has as undef when it is empty: the caller's
// state, the active event.
func orUndef(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// again yields an event with a counter until that has reached 0: the way in
// which the programs wait for some turns. It returns true while they wait.
func again(e kernel.Event) bool {
	n := kernel.Arg[int](e, 0)
	if n > 0 {
		e.Kernel.Yield(e.Name, n-1)
	}
	return n > 0
}

// clean is an exception's text as the programs show it.
func clean(err error) string { return "<" + strings.TrimSuffix(text(err), "\n") + ">" }

// orErr is a method's value, or undef with an error.
func orErr(n int, err error) any {
	if err != nil {
		return nil
	}
	return n
}
