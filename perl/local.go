//go:build linux

package perl

// Local sets a variable and returns a function that restores its old value.
func Local[T any](p *T, v T) func() {
	old := *p
	*p = v
	return func() { *p = old }
}

// LocalIndex sets an element of an array and returns a function that restores
// it.
func LocalIndex(a *Array, i int, v any) func() {
	old := a.Get(i)
	retain(old)
	a.Set(i, v)
	return func() {
		a.Set(i, old)
		release(old)
	}
}

// LocalList replaces the content of an array or a hash and returns a function
// that restores it.
func LocalList[T interface {
	comparable
	All() []any
	Assign([]any) T
}](c T, list []any) func() {
	old := append([]any(nil), c.All()...)
	c.Assign(list)
	return func() { c.Assign(old) }
}

// LocalKey sets an element of a hash and returns a function that restores it.
func LocalKey(h *Hash, key string, v any) func() {
	old, had := h.Get(key), h.Exists(key)
	retain(old)
	h.Set(key, v)
	return func() {
		if had {
			h.Set(key, old)
			release(old)
		} else {
			h.Remove(key)
		}
	}
}

// LocalSignal sets a signal handler and returns a function that restores the
// old one. Perl: local $SIG{name} = v.
func LocalSignal(name string, v any) func() {
	old := Signals.Get(name)
	SetSignal(name, v)
	return func() { SetSignal(name, old) }
}

// LocalEnv sets an environment variable and returns a function that restores
// it. Perl: local $ENV{name} = v.
func LocalEnv(name string, v any) func() {
	old, had := Env.Get(name), Env.Exists(name)
	SetEnv(name, v)
	return func() {
		if !had {
			DeleteEnv(name)
			return
		}
		SetEnv(name, old)
	}
}

// LocalErrno sets $! and returns a function that restores it. Perl: local $! =
// v.
func LocalErrno(v any) func() {
	old := Errno
	SetOSError(v)
	return func() { Errno = old }
}

// LocalHandle replaces a standard handle by a closed one and returns a function
// that restores it. Perl: local *STDOUT.
func LocalHandle(f *File) (restore func()) {
	f.Flush()
	saved := *f
	*f = File{fd: -1, name: f.name, class: f.class, held: f.held, closed: true, buffer: f.buffer}
	return func() {
		f.Flush()
		*f = saved
	}
}

// LocalSub redefines a sub and returns a function that restores the old
// definition. Perl: local *name = sub { ... }.
func LocalSub(name string, code any) (restore func()) {
	pkg, n := splitName(name)
	c := classOf(pkg)
	old, had := c.subs[n]
	DefineCode(name, CodeOf(code))
	return func() {
		if had {
			DefineCode(name, old)
		} else {
			delete(c.subs, n)
		}
	}
}
