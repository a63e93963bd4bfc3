//go:build linux

package compat

import (
	"syscall"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
)

// kernelCall calls a method of POE::Kernel and reports whether there is one.
func kernelCall(k *kernel.Kernel, method string, w perl.Want, args []any) ([]any, bool) {
	if out, found := eventCall(k, method, w, args); found {
		return out, true
	}
	if out, found := timerCall(k, method, w, args); found {
		return out, true
	}
	if out, found := aliasCall(k, method, w, args); found {
		return out, true
	}
	for _, call := range []func(*kernel.Kernel, string, []any) ([]any, bool){identityCall, signalCall, selectCall, loopCall} {
		if out, found := call(k, method, args); found {
			return out, true
		}
	}
	return nil, false
}

// loopCall calls a method that has to do with running and stopping.
func loopCall(k *kernel.Kernel, method string, args []any) ([]any, bool) {
	a := func(i int) any { return perl.At(args, i) }
	switch method {
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
	}
	return nil, false
}

// eventCall calls a method that has to do with events that are sent, and with the one that is handled.
func eventCall(k *kernel.Kernel, method string, w perl.Want, args []any) ([]any, bool) {
	a := func(i int) any { return perl.At(args, i) }
	name := perl.Str(perl.Head(args))
	switch method {
	case "post":
		return ok(k.Post(Dest(a(0)), perl.Str(a(1)), eventArgs(args)...)), true
	case "yield":
		k.Yield(name, append([]any(nil), perl.From(args, 1)...)...)
		return perl.L(nil), true
	case "call":
		return call(k, w, args), true
	case "state":
		return state(k, args), true
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
	}
	return nil, false
}

// aliasCall calls a method that has to do with aliases.
func aliasCall(k *kernel.Kernel, method string, w perl.Want, args []any) ([]any, bool) {
	a := func(i int) any { return perl.At(args, i) }
	name := perl.Str(perl.Head(args))
	switch method {
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
	}
	return nil, false
}

// identityCall calls a method that has to do with sessions and their IDs.
func identityCall(k *kernel.Kernel, method string, args []any) ([]any, bool) {
	a := func(i int) any { return perl.At(args, i) }
	switch method {
	case "ID":
		return perl.L(k.ID().String()), true
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
	case "get_heap":
		return perl.L(kernelHeap), true
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
	}
	return nil, false
}

// signalCall calls a method that has to do with signals.
func signalCall(k *kernel.Kernel, method string, args []any) ([]any, bool) {
	a := func(i int) any { return perl.At(args, i) }
	name := perl.Str(perl.Head(args))
	switch method {
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
	return nil, false
}
