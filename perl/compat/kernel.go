//go:build linux

package compat

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"
	"time"

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

// kernelCall calls a method of POE::Kernel.
func kernelCall(k *kernel.Kernel, method string, w perl.Want, args []any) ([]any, bool) {
	a := func(i int) any { return perl.At(args, i) }
	name := perl.Str(perl.Head(args))
	rest := func(i int) []any { return append([]any(nil), perl.From(args, i)...) }
	switch method {
	case "ID":
		return perl.L(k.ID().String()), true
	case "run":
		RunKernel()
		return nil, true
	case "run_one_timeslice":
		ran = true
		more, err := k.RunOneTimeslice()
		rethrow(err)
		if !more {
			return nil, true
		}
		return perl.L(1), true
	case "run_while":
		ran = true
		r := perl.S(a(0))
		for perl.True(r.Get()) {
			more, err := k.RunOneTimeslice()
			rethrow(err)
			if !more {
				break
			}
		}
		return nil, true
	case "stop":
		k.Stop()
		return nil, true
	case "has_forked":
		return nil, true
	case "post":
		return ok(k.Post(Dest(a(0)), perl.Str(a(1)), eventArgs(args)...)), true
	case "yield":
		k.Yield(name, rest(1)...)
		return perl.L(nil), true
	case "call":
		return call(k, w, args), true
	case "alias_set":
		return status(k.AliasSet(name)), true
	case "alias_remove":
		return status(k.AliasRemove(name)), true
	case "alias_resolve":
		id, err := k.Host().Resolve(Dest(a(0)))
		if err != nil || id.IsZero() {
			return perl.L(nil), true
		}
		return perl.L(sessionOrKernel(id)), true
	case "alias_list":
		of := any(k.ActiveSession())
		if len(args) > 0 {
			of = a(0)
		}
		names, err := k.AliasList(Dest(of))
		if err != nil {
			perl.SetOSError(errnoOf(err))
		}
		if w != perl.List && len(names) > 0 {
			return perl.L(names[0]), true
		}
		return strs(names), true
	case "ID_id_to_session":
		id, err := k.ByNumber(uint64(perl.Int(a(0))))
		if perl.Str(a(0)) == kernelID() {
			id, err = k.ID(), nil
		}
		return perl.L(sessionValue(id, err)), true
	case "ID_session_to_id":
		if id, isID := a(0).(kernel.ID); isID && (id.Alive() || id == k.ID()) {
			return perl.L(number(id)), true
		}
		if a(0) == any(k) {
			return perl.L(k.ID().String()), true
		}
		perl.SetOSError(syscall.ESRCH)
		return perl.L(nil), true
	case "get_active_session":
		return perl.L(sessionOrKernel(k.ActiveSession())), true
	case "get_active_event":
		if e := k.ActiveEvent(); e != "" {
			return perl.L(e), true
		}
		return perl.L(nil), true
	case "get_event_count":
		return perl.L(k.EventCount()), true
	case "get_next_event_time":
		if t, isSet := k.NextEventTime(); isSet {
			return perl.L(perl.Unix(t)), true
		}
		return perl.L(nil), true
	case "refcount_increment":
		n, err := k.RefcountIncrement(idOf(a(0)), perl.Str(a(1)))
		return count(n, err), true
	case "refcount_decrement":
		n, err := k.RefcountDecrement(idOf(a(0)), perl.Str(a(1)))
		return count(n, err), true
	case "detach_child":
		return ok(k.DetachChild(Dest(a(0)))), true
	case "detach_myself":
		return ok(k.DetachMyself()), true
	case "state":
		return state(k, args), true
	case "sig":
		if len(args) < 2 || a(1) == nil {
			k.SigClear(name)
			return nil, true
		}
		return ok(k.Sig(name, perl.Str(a(1)), eventArgs(args)...)), true
	case "sig_child":
		if len(args) < 2 || a(1) == nil {
			k.SigChildClear(perl.Int(a(0)))
			return nil, true
		}
		return ok(k.SigChild(perl.Int(a(0)), perl.Str(a(1)), eventArgs(args)...)), true
	case "sig_handled":
		k.SigHandled()
		return nil, true
	case "signal":
		return ok(k.Signal(Dest(a(0)), perl.Str(a(1)), eventArgs(args)...)), true
	case "signal_ui_destroy":
		k.UIDestroy()
		return nil, true
	}
	if method == "get_heap" {
		return perl.L(kernelHeap), true
	}
	if out, found := timerCall(k, method, w, args); found {
		return out, true
	}
	return selectCall(k, method, args)
}

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

// timerCall calls a method that has to do with time.
func timerCall(k *kernel.Kernel, method string, w perl.Want, args []any) ([]any, bool) {
	a := func(i int) any { return perl.At(args, i) }
	name := perl.Str(perl.Head(args))
	rest := eventArgs(args)
	switch method {
	case "delay", "delay_add":
		if len(args) < 2 || a(1) == nil {
			if method == "delay_add" {
				return perl.L(int(syscall.EINVAL)), true
			}
			return status(k.DelayClear(name)), true
		}
		if method == "delay" {
			return status(k.Delay(name, perl.Seconds(a(1)), rest...)), true
		}
		return status(k.DelayAdd(name, perl.Seconds(a(1)), rest...)), true
	case "alarm", "alarm_add":
		if len(args) < 2 || a(1) == nil {
			if method == "alarm_add" {
				return perl.L(int(syscall.EINVAL)), true
			}
			return status(k.AlarmClear(name)), true
		}
		if method == "alarm" {
			return status(k.Alarm(name, perl.TimeAt(a(1)), rest...)), true
		}
		return status(k.AlarmAdd(name, perl.TimeAt(a(1)), rest...)), true
	case "delay_set":
		if name == "" || a(1) == nil {
			perl.SetOSError(syscall.EINVAL)
			return perl.L(nil), true
		}
		return alarmID(k.DelaySet(name, perl.Seconds(a(1)), rest...)), true
	case "alarm_set":
		if name == "" || a(1) == nil {
			perl.SetOSError(syscall.EINVAL)
			return perl.L(nil), true
		}
		return alarmID(k.AlarmSet(name, perl.TimeAt(a(1)), rest...)), true
	case "delay_adjust", "alarm_adjust":
		if a(0) == nil || a(1) == nil {
			perl.SetOSError(syscall.EINVAL)
			return perl.L(nil), true
		}
		if method == "alarm_adjust" {
			return adjusted(k.AlarmAdjust(kernel.AlarmID(perl.Int(a(0))), perl.Seconds(a(1)))), true
		}
		t, err := k.DelayAdjust(kernel.AlarmID(perl.Int(a(0))), perl.Seconds(a(1)))
		if err != nil { // unlike alarm_adjust it leaves $! alone
			return perl.L(nil), true
		}
		return perl.L(perl.Unix(t)), true
	case "alarm_remove":
		if a(0) == nil {
			perl.SetOSError(syscall.EINVAL)
			return nil, true
		}
		t, err := k.AlarmRemove(kernel.AlarmID(perl.Int(a(0))))
		if err != nil {
			perl.SetOSError(errnoOf(err))
			return nil, true
		}
		if w != perl.List {
			return perl.L(perl.NewArray(timer(t)...)), true
		}
		return timer(t), true
	case "alarm_remove_all":
		var out []any
		for _, t := range k.AlarmRemoveAll() {
			out = append(out, perl.NewArray(append([]any{t.Name, perl.Unix(t.Time)}, t.Args...)...))
		}
		if w != perl.List {
			return perl.L(perl.NewArray(out...)), true
		}
		return out, true
	}
	return nil, false
}

func alarmID(id kernel.AlarmID, err error) []any {
	if err != nil {
		perl.SetOSError(errnoOf(err))
		return perl.L(nil)
	}
	return perl.L(int(id))
}

func adjusted(t time.Time, err error) []any {
	if err != nil {
		perl.SetOSError(errnoOf(err))
		return perl.L(nil)
	}
	return perl.L(perl.Unix(t))
}

func timer(t kernel.Timer) []any {
	return []any{t.Name, perl.Unix(t.Time), perl.NewArray(t.Args...)}
}

// selectCall calls a method that has to do with handles.
func selectCall(k *kernel.Kernel, method string, args []any) ([]any, bool) {
	if !strings.HasPrefix(method, "select") {
		return nil, false
	}
	if len(args) == 0 || args[0] == nil {
		perl.Die("Can't use an undefined value as a symbol reference")
	}
	if perl.F(args[0]) == nil {
		perl.Die("undefined handle in %s()", method)
	}
	h, err := adopt(perl.F(args[0]))
	if err != nil {
		return ok(err), true
	}
	event := perl.Str(perl.At(args, 1))
	has := len(args) > 1 && args[1] != nil
	rest := eventArgs(args)
	// The handler is given the handle as the program knows it.
	switch method {
	case "select_read":
		if !has {
			k.SelectClear(h, kernel.Read)
			return nil, true
		}
		return selected(k.SelectRead(h, event, rest...)), true
	case "select_write":
		if !has {
			k.SelectClear(h, kernel.Write)
			return nil, true
		}
		return selected(k.SelectWrite(h, event, rest...)), true
	case "select_expedite":
		if !has {
			k.SelectClear(h, kernel.Expedite)
			return nil, true
		}
		return selected(k.SelectExpedite(h, event, rest...)), true
	case "select":
		if len(args) < 2 {
			k.SelectClear(h)
			return nil, true
		}
		s := func(i int) string { return perl.Str(perl.At(args, i)) }
		return selected(k.Select(h, s(1), s(2), s(3), perl.From(args, 4)...)), true
	case "select_pause_read":
		return perl.L(perl.If(k.SelectPauseRead(h), 1, 0)), true
	case "select_resume_read":
		return perl.L(perl.If(k.SelectResumeRead(h), 1, 0)), true
	case "select_pause_write":
		return perl.L(perl.If(k.SelectPauseWrite(h), 1, 0)), true
	case "select_resume_write":
		return perl.L(perl.If(k.SelectResumeWrite(h), 1, 0)), true
	}
	return nil, false
}

// selected is what the methods for handles return: 0, or nothing on an error.
func selected(err error) []any {
	if err != nil {
		perl.SetOSError(errnoOf(err))
		return perl.L(0)
	}
	return perl.L(0)
}

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
