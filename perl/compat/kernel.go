//go:build linux

package compat

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
)

// the is the one kernel of a translated program.
var the *kernel.Kernel

// ran says that Run has been called.
var ran bool

// Kernel returns the program's kernel, which the first call creates. POE:
// $poe_kernel.
func Kernel() *kernel.Kernel {
	if the == nil {
		the = kernel.New(kernel.Options{Logger: slog.New(&warnings{})})
	}
	return the
}

// Leave is called at the end of the program's main part. It prints POE's
// warning to standard error if sessions were created but RunKernel was not
// called.
func Leave() {
	if the != nil && !ran && the.Stats().Sessions > 1 {
		fmt.Fprint(os.Stderr, "Sessions were started, but POE::Kernel's dispatch() method was never\ncalled to execute them.  This usually happens because an error\noccurred before POE::Kernel->dispatch() could be called.\n")
	}
}

// RunKernel runs the kernel until its last session has stopped. It throws the
// exception which no handler of the signal DIE has handled, if there is one.
// POE: run.
func RunKernel() {
	ran = true
	err := Kernel().Run()
	if err == nil {
		return
	}
	if v, ok := thrown(err); ok {
		perl.Throw(v)
	}
	perl.Throw(machineText(err) + "\n")
}

// Dest returns the destination which v stands for: a session's ID or number, an
// alias, or the kernel. It is the zero kernel.ID for nil.
func Dest(v any) kernel.Dest {
	switch v := v.(type) {
	case kernel.ID:
		return v
	case *kernel.Kernel:
		return v.ID()
	case nil:
		return kernel.ID{}
	case string:
		if n := perl.Int(v); n > 0 && perl.Str(n) == v {
			if id, err := Kernel().ByNumber(uint64(n)); err == nil {
				return id
			}
		}
		if v == kernelID() {
			return Kernel().ID()
		}
		return kernel.Alias(v)
	}
	if id, err := Kernel().ByNumber(uint64(perl.Int(v))); err == nil {
		return id
	}
	if s := perl.Str(v); s != "" {
		return kernel.Alias(s)
	}
	return kernel.ID{}
}

func kernelID() string { return Kernel().ID().String() }

func idOf(v any) kernel.ID {
	id, err := Kernel().Host().Resolve(Dest(v))
	if err != nil {
		return kernel.ID{}
	}
	return id
}

func sessionValue(id kernel.ID, err error) any {
	if err != nil || id.IsZero() {
		perl.SetOSError(syscall.ESRCH)
		return nil
	}
	return sessionOrKernel(id)
}

func ok(err error) []any {
	if err != nil {
		perl.SetOSError(errnoOf(err))
		return nil
	}
	perl.Errno = 0
	return perl.L(1)
}

// done is ok for methods which return nothing on success in POE: 0, or an error's
// number.
func status(err error) []any {
	if err != nil {
		return perl.L(int(errnoOf(err)))
	}
	return perl.L(0)
}

func errnoOf(err error) syscall.Errno {
	var e syscall.Errno
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, kernel.ErrNoSession) {
		return syscall.ESRCH
	}
	return syscall.EINVAL
}

func init() {
	perl.Native(func(*kernel.Kernel) string { return "POE::Kernel" }, kernelCall)
	perl.Native(func(id kernel.ID) string { return sessionClass(id) }, sessionCall)
	class := func(method string) perl.Sub {
		return func(w perl.Want, args ...any) []any {
			out, _ := kernelCall(Kernel(), method, w, perl.From(args, 1))
			return out
		}
	}
	subs := perl.Subs{"new": func(perl.Want, ...any) []any { return perl.L(Kernel()) }}
	for m := range strings.FieldsSeq(`run stop post call yield alarm delay alias_set alias_resolve alias_remove sig signal ID run_one_timeslice run_while
		get_active_session get_active_event get_event_count get_next_event_time has_forked loop_run ID_id_to_session state`) {
		subs[m] = class(m)
	}
	perl.Package("POE::Kernel", subs)
	perl.OnSignal = onSignal
}

func eventArgs(args []any) []any { return append([]any(nil), perl.From(args, 2)...) }

func rethrow(err error) {
	if err == nil {
		return
	}
	if v, isThrown := thrown(err); isThrown {
		perl.Throw(v)
	}
	perl.Throw(err.Error() + "\n")
}

func count(n int, err error) []any {
	if err != nil {
		perl.SetOSError(errnoOf(err))
		return perl.L(nil)
	}
	return perl.L(n)
}

func strs(names []string) []any {
	out := make([]any, len(names))
	for i, n := range names {
		out[i] = n
	}
	return out
}

func number(id kernel.ID) any {
	if the != nil && id == the.ID() {
		return id.String()
	}
	return int(id.Number())
}

// call is $kernel->call in a context.
func call(k *kernel.Kernel, w perl.Want, args []any) []any {
	old, id := want, idOf(perl.At(args, 0))
	want, direct = w, id == k.ActiveSession()
	list, err := k.CallList(Dest(perl.At(args, 0)), perl.Str(perl.At(args, 1)), eventArgs(args)...)
	want, direct = old, false
	heapOf(id) // shows what the handler has done to a component
	if err != nil {
		perl.SetOSError(errnoOf(err))
		return nil
	}
	perl.Errno = 0
	return values(list)
}

// state is $kernel->state: name and code, or name, object or package, and method.
func state(k *kernel.Kernel, args []any) []any {
	name := perl.Str(args[0])
	switch {
	case len(args) < 2 || args[1] == nil:
		return status(k.State(name, nil))
	case len(args) > 2 && args[2] != nil:
		needMethod(args[1], perl.Str(args[2]))
		return status(k.State(name, methodHandler(args[1], perl.Str(args[2]))))
	}
	if c, isCode := args[1].(*perl.Code); isCode && perl.Class(c) == "" {
		return status(k.State(name, handler(c, nil, nil)))
	}
	needMethod(args[1], name)
	return status(k.State(name, methodHandler(args[1], name)))
}

// needMethod throws if an object or a package lacks a method.
func needMethod(object any, method string) {
	if perl.Can(object, method) == nil {
		perl.Die("%s %s does not have a '%s' method", perl.If(perl.RefType(object) != "", "object", "package"), perl.Str(object), method)
	}
}

// methodHandler makes a handler of a method, which is looked up for each event.
func methodHandler(object any, method string) kernel.Handler {
	return func(ke kernel.Event) {
		code, isCode := perl.Can(object, method).(*perl.Code)
		if !isCode {
			perl.Die("Can't locate object method \"%s\" via package \"%s\"", method, perl.Str(object))
		}
		dispatch(ke, code, object, nil)
	}
}

// kernelHeap is the heap of the kernel's own session.
var kernelHeap = perl.NewHash()

// onSignal lets a session of its own call the handler of a signal that the program
// has put in %SIG.
func onSignal(name string, sig syscall.Signal, code any) {
	ch := make(chan os.Signal, 16)
	notify(ch, sig)
	to, k := watcher(), Kernel().Outside()
	go func() {
		for range ch {
			k.Post(to, "signal", code, name)
		}
	}()
}
