//go:build linux

package compat

import (
	"strings"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
)

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
