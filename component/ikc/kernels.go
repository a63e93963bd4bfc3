package ikc

import (
	"fmt"
	"maps"
	"slices"
)

// register makes a kernel known whose negotiation is done. A name that another
// has stays with that one; the ID must be new.
func (r *Responder) register(ch *channel, names []string) error {
	id := names[0]
	if r.own[id] || r.kernels[id] != nil || r.names[id] != nil {
		return fmt.Errorf("%w: %q", ErrName, id)
	}
	ch.id = id
	r.kernels[id] = ch
	for _, name := range append(slices.Clone(names[1:]), ch.peer) {
		r.addName(ch, name)
	}
	if r.fallback == nil {
		r.fallback = ch
	}
	r.informKernel(ch, Notice{Op: OpRegister})
	r.inform(ch.id, Notice{Op: OpChannel, Real: true, Ready: true})
	return nil
}

func (r *Responder) addName(ch *channel, name string) {
	if name != "" && !r.own[name] && r.kernels[name] == nil && r.names[name] == nil {
		r.names[name] = ch
		ch.names = append(ch.names, name)
	}
}

// unregister forgets a kernel.
func (r *Responder) unregister(ch *channel) {
	if ch.id == "" || r.kernels[ch.id] != ch {
		return
	}
	r.inform(ch.id, Notice{Op: OpChannel, Real: true})
	r.informKernel(ch, Notice{Op: OpUnregister})
	delete(r.kernels, ch.id)
	for _, name := range ch.names {
		delete(r.names, name)
	}
	if r.fallback == ch {
		r.fallback = nil
	}
}

// RegisterLocal adds names of this kernel. Specifiers with them address its own
// sessions as if they were on another kernel; other kernels learn the names
// with the connections made from now on. The error wraps kernel.ErrInvalid or
// ErrName. POE: register_local.
func (r *Responder) RegisterLocal(names ...string) error {
	for _, name := range names {
		if err := checkKernelName(name); err != nil {
			return callError("RegisterLocal", name, err)
		}
		if r.find(name) != nil {
			return callError("RegisterLocal", name, ErrName)
		}
	}
	for _, name := range names {
		if !r.own[name] {
			r.own[name] = true
			r.config.Aliases = append(r.config.Aliases, name)
		}
	}
	return nil
}

// Register adds a name for a connected kernel. The error wraps ErrName if
// another kernel has the name, ErrNoKernel if the kernel is not connected, or
// ErrSpecifier if the name is invalid. POE: register.
func (r *Responder) Register(kernel, name string) error {
	ch := r.find(kernel)
	switch {
	case ch == nil:
		return callError("Register", kernel, ErrNoKernel)
	case name == "" || name == "*" || len(name) > maxName:
		return callError("Register", name, ErrSpecifier)
	case r.own[name] || r.find(name) != nil && r.names[name] != ch:
		return callError("Register", name, ErrName)
	case r.names[name] == nil:
		r.addName(ch, name)
		r.inform(name, Notice{Op: OpRegister})
	}
	return nil
}

// Unregister closes the connection to the kernel with this ID; if name is
// another of its names, only that name is removed. The error wraps ErrNoKernel.
// POE: unregister.
func (r *Responder) Unregister(name string) error {
	if ch := r.kernels[name]; ch != nil {
		ch.end()
		ch.over(ErrGone)
		return nil
	}
	ch := r.names[name]
	if ch == nil {
		return callError("Unregister", name, ErrNoKernel)
	}
	r.inform(name, Notice{Op: OpUnregister})
	delete(r.names, name)
	ch.names = slices.DeleteFunc(ch.names, func(n string) bool { return n == name })
	return nil
}

// Default sets the kernel which specifiers without a kernel mean. Until then it
// is the first to connect, and once its connection has ended, the next to
// connect. The error wraps ErrNoKernel. POE: default.
func (r *Responder) Default(kernel string) error {
	ch := r.find(kernel)
	if ch == nil {
		return callError("Default", kernel, ErrNoKernel)
	}
	r.fallback = ch
	return nil
}

// Kernels returns the connected kernels: a map from the ID of each to its other
// names.
func (r *Responder) Kernels() map[string][]string {
	list := map[string][]string{}
	for id, ch := range r.kernels {
		list[id] = slices.Clone(ch.names)
	}
	return list
}

// find finds a connected kernel by ID or name.
func (r *Responder) find(name string) *channel {
	if ch := r.kernels[name]; ch != nil {
		return ch
	}
	return r.names[name]
}

// route finds the connections that a kernel's name stands for. Local says that
// it is this kernel itself.
func (r *Responder) route(kernel string) (to []*channel, local bool, err error) {
	switch {
	case r.closed:
		return nil, false, ErrShutdown
	case kernel == "*":
		for _, id := range slices.Sorted(maps.Keys(r.kernels)) {
			to = append(to, r.kernels[id])
		}
	case kernel == "" && r.fallback != nil:
		to = []*channel{r.fallback}
	case r.own[kernel]:
		return nil, true, nil
	default:
		if ch := r.find(kernel); ch != nil {
			to = []*channel{ch}
		}
	}
	if len(to) == 0 {
		return nil, false, fmt.Errorf("%w: %q", ErrNoKernel, kernel)
	}
	return to, false, nil
}
