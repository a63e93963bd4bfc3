package kernel

import (
	"slices"
	"sort"
)

// Alias is a session's name, as a destination.
type Alias string

func (Alias) dest() {}

// alias is a name that a session has, with the place where it was set.
type alias struct {
	name string
	site *site
}

// names returns a session's aliases. Any goroutine may read them, for an ID may
// be on any; so the list is replaced, and never changed.
func (e *entry) names() []alias {
	if all := e.aliases.Load(); all != nil {
		return *all
	}
	return nil
}

func (e *entry) setNames(all []alias) {
	if len(all) == 0 {
		e.aliases.Store(nil)
		return
	}
	e.aliases.Store(&all)
}

// renamed updates what shows a session's names after a change.
func (k *Kernel) renamed(e *entry) {
	if k.debug != nil {
		k.debug.profile.forget(e)
	}
}

// AliasSet gives the active session an alias, a name which is a destination of
// events. If the session has the alias already, it does nothing. An alias keeps
// its session alive as long as anything else in the program continues. It
// returns [ErrAliasInUse] if another session has the alias and [ErrInvalid] if
// name is empty.
func (k *Kernel) AliasSet(name string) error {
	k.checkGoroutine("AliasSet")
	if name == "" {
		return k.fail("AliasSet", nil, ErrInvalid)
	}
	e := k.frame.session
	switch owner := k.aliases[name]; {
	case owner == e:
		return nil
	case owner != nil:
		return k.fail("AliasSet", name, ErrAliasInUse)
	case !e.alive():
		return k.fail("AliasSet", name, ErrNoActiveSession)
	}
	k.aliases[name] = e
	e.setNames(append(slices.Clone(e.names()), alias{name, k.site()}))
	k.renamed(e)
	k.incRef(e)
	return nil
}

// AliasRemove removes an alias of the active session. It returns [ErrNoAlias]
// if no session has it and [ErrNotYours] if another session has it.
func (k *Kernel) AliasRemove(name string) error {
	k.checkGoroutine("AliasRemove")
	switch owner := k.aliases[name]; {
	case owner == nil:
		return k.fail("AliasRemove", name, ErrNoAlias)
	case owner != k.frame.session:
		return k.fail("AliasRemove", name, ErrNotYours)
	}
	k.removeAlias(k.frame.session, name)
	return nil
}

func (k *Kernel) removeAlias(e *entry, name string) {
	delete(k.aliases, name)
	e.setNames(slices.DeleteFunc(slices.Clone(e.names()), func(a alias) bool { return a.name == name }))
	k.renamed(e)
	k.decRef(e)
}

// AliasResolve returns the session that has an alias, and reports whether there
// is one.
func (k *Kernel) AliasResolve(name string) (ID, bool) {
	e := k.aliases[name]
	return ID{e}, e != nil
}

// AliasList returns the aliases of a session, sorted. If of is nil, it is the
// active session. The error is [ErrNoSession].
func (k *Kernel) AliasList(of Dest) ([]string, error) {
	e := k.frame.session
	if of != nil {
		var err error
		if e, err = k.resolve(of); err != nil {
			return nil, k.fail("AliasList", of, err)
		}
	}
	names := make([]string, len(e.names()))
	for i, a := range e.names() {
		names[i] = a.name
	}
	sort.Strings(names)
	return names, nil
}

// clearAliases takes all names away from a session that is going.
func (k *Kernel) clearAliases(e *entry) {
	for all := e.names(); len(all) > 0; all = e.names() {
		k.removeAlias(e, all[len(all)-1].name)
	}
}
