//go:build unix

package poetests_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
)

// thrown gives what f throws, nil if it does not.
func thrown(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// asserting makes a kernel with some assertions only.
func (p *proof) asserting(a kernel.Assert) *kernel.Kernel {
	return kernel.New(kernel.Options{Loop: p.loop, Assert: a})
}

// misuses are calls that make no sense outside of a session.
func misuses(k *kernel.Kernel, h *kernel.Handle) map[string]func() {
	far := k.Now().Add(time.Hour)
	return map[string]func(){
		"Alarm":          func() { k.Alarm("x", far) },
		"AlarmAdd":       func() { k.AlarmAdd("x", far) },
		"AlarmSet":       func() { k.AlarmSet("x", far) },
		"Delay":          func() { k.Delay("x", time.Hour) },
		"DelayAdd":       func() { k.DelayAdd("x", time.Hour) },
		"DelaySet":       func() { k.DelaySet("x", time.Hour) },
		"DetachMyself":   func() { k.DetachMyself() },
		"DetachChild":    func() { k.DetachChild(k.ID()) },
		"Select":         func() { k.Select(h, "x", "", "") },
		"SelectRead":     func() { k.SelectRead(h, "x") },
		"SelectWrite":    func() { k.SelectWrite(h, "x") },
		"SelectExpedite": func() { k.SelectExpedite(h, "x") },
		"Sig":            func() { k.Sig("TERM", "x") },
		"SigChild":       func() { k.SigChild(1, "x") },
		"State":          func() { k.State("x", nothing) },
		"Yield":          func() { k.Yield("x") },
	}
}

// invalid are calls with empty names, strangers' sessions and no handles, and
// the errors that they give.
func invalid(k *kernel.Kernel, self kernel.ID) map[string]func() error {
	errOf := func(_ any, err error) error { return err }
	return map[string]func() error{
		"Sig":             func() error { return k.Sig("", "x") },
		"Sig event":       func() error { return k.Sig("TERM", "") },
		"Signal to":       func() error { return k.Signal(kernel.ID{}, "TERM") },
		"Signal":          func() error { return k.Signal(self, "") },
		"Post to":         func() error { return k.Post(kernel.ID{}, "x") },
		"Post":            func() error { return k.Post(self, "") },
		"Call to":         func() error { return errOf(k.Call(kernel.ID{}, "x")) },
		"Call":            func() error { return errOf(k.Call(self, "")) },
		"Alarm":           func() error { return k.Alarm("", k.Now()) },
		"AlarmAdd":        func() error { return k.AlarmAdd("", k.Now()) },
		"AlarmSet":        func() error { return errOf(k.AlarmSet("", k.Now())) },
		"AlarmClear":      func() error { return k.AlarmClear("") },
		"AlarmRemove":     func() error { return errOf(k.AlarmRemove(0)) },
		"AlarmAdjust":     func() error { return errOf(k.AlarmAdjust(0, time.Second)) },
		"Delay":           func() error { return k.Delay("", time.Second) },
		"DelayAdd":        func() error { return k.DelayAdd("", time.Second) },
		"DelaySet":        func() error { return errOf(k.DelaySet("", time.Second)) },
		"DelayAdjust":     func() error { return errOf(k.DelayAdjust(0, time.Second)) },
		"AliasSet":        func() error { return k.AliasSet("") },
		"AliasRemove":     func() error { return k.AliasRemove("narf") },
		"ByNumber":        func() error { return errOf(k.ByNumber(999)) },
		"RefcountInc":     func() error { return errOf(k.RefcountIncrement(kernel.ID{}, "x")) },
		"RefcountDec":     func() error { return errOf(k.RefcountDecrement(kernel.ID{}, "x")) },
		"RefcountDec tag": func() error { return errOf(k.RefcountDecrement(self, "")) },
		"State":           func() error { return k.State("", nothing) },
		"Select":          func() error { return k.Select(nil, "x", "", "") },
		"SelectRead":      func() error { return k.SelectRead(nil, "x") },
		"SelectWrite":     func() error { return k.SelectWrite(nil, "x") },
		"SelectExpedite":  func() error { return k.SelectExpedite(nil, "x") },
		"DetachChild":     func() error { return k.DetachChild(kernel.Alias("moo-moo")) },
		"AliasList":       func() error { return errOf(k.AliasList(kernel.Alias("moo-moo"))) },
	}
}

// t/10_units/03_base/11_assert_usage: methods called outside of a session, or
// with what is nothing. The former panic under AssertUsage; the latter are
// errors always, with POE's number in them.
func TestUnitsBaseAssertUsage(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.asserting(kernel.Assert{Usage: true})
		p.run(k)
		r, w, err := kernel.Pipe()
		p.ok(err)
		for name, misuse := range misuses(k, r) {
			value := thrown(misuse)
			p.is().NotNil(value, name)
		}
		p.start(k, states{"_start": func(e kernel.Event) {
			for name, call := range invalid(e.Kernel, e.Session) {
				var number syscall.Errno
				p.is().ErrorAs(call(), &number, name)
			}
			p.is().NoError(r.Close())
			for _, h := range []*kernel.Handle{nil, r} {
				p.is().False(e.Kernel.SelectPauseRead(h))
				p.is().False(e.Kernel.SelectPauseWrite(h))
				p.is().False(e.Kernel.SelectResumeRead(h))
				p.is().False(e.Kernel.SelectResumeWrite(h))
				p.is().Error(e.Kernel.SelectRead(h, "x"))
				p.is().Error(e.Kernel.SelectWrite(h, "x"))
				p.is().Error(e.Kernel.SelectExpedite(h, "x"))
			}
		}})
		p.aliasesInUse(k, func(f func() error, want error) { p.is().ErrorIs(f(), want) })
		p.run(k)
		p.is().NoError(w.Close())
	})
}

// aliasesInUse checks what is wrong with other sessions' aliases.
func (p *proof) aliasesInUse(k *kernel.Kernel, check func(f func() error, want error)) {
	p.start(k, states{"_start": func(e kernel.Event) { p.is().NoError(e.Kernel.AliasSet("moo")) }})
	p.start(k, states{"_start": func(e kernel.Event) {
		check(func() error { return e.Kernel.AliasSet("moo") }, kernel.ErrAliasInUse)
		check(func() error { return e.Kernel.AliasRemove("moo") }, kernel.ErrNotYours)
		check(func() error { return e.Kernel.AliasRemove("narf") }, kernel.ErrNoAlias)
	}})
}

// t/10_units/03_base/12_assert_retval: under AssertReturns what would be an
// error is a panic.
func TestUnitsBaseAssertRetval(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.asserting(kernel.Assert{Returns: true})
		p.run(k)
		p.start(k, states{"_start": func(e kernel.Event) {
			for name, call := range invalid(e.Kernel, e.Session) {
				p.is().NotNil(thrown(func() { _ = call() }), name)
			}
		}})
		p.aliasesInUse(k, func(f func() error, want error) {
			err, ok := thrown(func() { _ = f() }).(error)
			p.must().True(ok, "thrown")
			p.is().ErrorIs(err, want)
		})
		p.run(k)
	})
}

// t/10_units/03_base/13_assert_data: destinations that are no sessions, and a
// session that is started twice.
func TestUnitsBaseAssertData(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		nowhere := kernel.Alias("moo")
		p.is().ErrorIs(k.Signal(nowhere, "TERM"), kernel.ErrNoSession)
		p.is().ErrorIs(k.DetachChild(nowhere), kernel.ErrNoSession)
		p.is().ErrorIs(k.Post(nowhere, "bar"), kernel.ErrNoSession)
		_, err := k.Call(nowhere, "bar")
		p.is().ErrorIs(err, kernel.ErrNoSession)
		p.is().Empty(k.AlarmRemoveAll(), "the kernel has no timers")
		id := p.start(k, states{"_start": nothing})
		p.is().NotNil(thrown(func() { _, _ = k.Host().Start(id.Session()) }), "started twice")
		p.run(k)
	})
}
