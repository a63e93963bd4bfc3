package kernel

import "sort"

// Alias is a session's name, as a destination.
type Alias string

func (Alias) dest() {}

// alias is a name that a session has, with the place where it was set, and the
// names that it got later. Any goroutine may read a session's names, for an ID may
// be on any; so a list is replaced, and never changed.
type alias struct {
	name string
	site *site
	next *alias
}

// with returns a list with one name more, at its end.
func (a *alias) with(name string, site *site) *alias {
	if a == nil {
		return &alias{name: name, site: site}
	}
	return &alias{a.name, a.site, a.next.with(name, site)}
}

// without returns a list that lacks a name.
func (a *alias) without(name string) *alias {
	switch {
	case a == nil:
		return nil
	case a.name == name:
		return a.next
	}
	return &alias{a.name, a.site, a.next.without(name)}
}

// names returns the names of a list, in the order in which they were set.
func (a *alias) names() (names []string) {
	for ; a != nil; a = a.next {
		names = append(names, a.name)
	}
	return names
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
	e.aliases.Store(e.aliases.Load().with(name, k.site()))
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
	e.aliases.Store(e.aliases.Load().without(name))
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
	names := append([]string{}, e.aliases.Load().names()...)
	sort.Strings(names)
	return names, nil
}

// clearAliases takes all names away from a session that is going.
func (k *Kernel) clearAliases(e *entry) {
	for a := e.aliases.Load(); a != nil; a = e.aliases.Load() {
		k.removeAlias(e, a.name)
	}
}
