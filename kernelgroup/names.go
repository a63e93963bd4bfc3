package kernelgroup

import (
	"fmt"
	"hash/fnv"
	"sync"

	"github.com/gopoe/poe/kernel"
)

// directory knows which sessions are registered under which names.
type directory struct {
	mu    sync.RWMutex
	names map[string]registered
}

type registered struct {
	member *Member
	id     kernel.ID
}

// Register gives the active session an alias, as [kernel.Kernel.AliasSet] does,
// under which the whole group can find it, see [Group.Alias]. The registration
// ends when the session stops. If a session of any kernel has registered the
// name, the error is kernel.ErrAliasInUse. Register must be called on the
// goroutine of the member's kernel.
func (m *Member) Register(name string) error {
	id, d := m.Kernel.ActiveSession(), &m.Group.names
	again, err := d.add(name, registered{m, id})
	if err != nil || again {
		return err
	}
	entry := &registration{d, name, id}
	if err = m.Kernel.AliasSet(name); err == nil {
		_, err = m.Kernel.Host().Own(entry, "name "+name)
	}
	if err != nil {
		_ = entry.Close() // which cannot fail
	}
	return err
}

// add enters a name, unless a living session has it already.
func (d *directory) add(name string, r registered) (again bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch of := d.names[name]; {
	case of.id == r.id:
		return true, nil
	case of.id.Alive():
		return false, fmt.Errorf("kernelgroup: Register(%s): %w", name, kernel.ErrAliasInUse)
	case d.names == nil:
		d.names = map[string]registered{}
	}
	d.names[name] = r
	return false, nil
}

// registration takes a name out of the directory when its session has stopped.
type registration struct {
	d    *directory
	name string
	id   kernel.ID
}

// Close takes it out.
func (r *registration) Close() error {
	r.d.mu.Lock()
	defer r.d.mu.Unlock()
	if r.d.names[r.name].id == r.id {
		delete(r.d.names, r.name)
	}
	return nil
}

// drop forgets what a kernel that has ended has registered.
func (d *directory) drop(m *Member) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for name, r := range d.names {
		if r.member == m {
			delete(d.names, name)
		}
	}
}

// Lookup returns the session that has registered a name, and the number of its
// kernel. ok is false if there is none.
func (g *Group) Lookup(name string) (id kernel.ID, index int, ok bool) {
	g.names.mu.RLock()
	defer g.names.mu.RUnlock()
	r, ok := g.names.names[name]
	if !ok {
		return kernel.ID{}, -1, false
	}
	return r.id, r.member.Index, true
}

// Alias makes a destination of a registered name. The name is looked up at
// every post, whose error is kernel.ErrNoSession if no session has it. The
// destination may be kept, and used by sessions of any kernel.
func (g *Group) Alias(name string) kernel.Dest { return kernel.Via(groupAlias{g, name}) }

type groupAlias struct {
	g    *Group
	name string
}

// Post is called by the kernel.
func (a groupAlias) Post(from kernel.ID, event string, args []any) error {
	id, _, ok := a.g.Lookup(a.name)
	if !ok {
		return fmt.Errorf("kernelgroup: Post(%s): %w", a.name, kernel.ErrNoSession)
	}
	return id.Kernel().Outside().PostFrom(from, id, event, args...)
}

// To makes a destination of the session that has an alias in one of the
// kernels. If no session there has the alias, the event becomes a dead letter
// of that kernel. It panics if index is out of range.
func (g *Group) To(index int, alias string) kernel.Dest {
	return kernel.Via(memberAlias{g.Outside(index), alias})
}

type memberAlias struct {
	outside kernel.Outside
	alias   string
}

// Post is called by the kernel.
func (a memberAlias) Post(from kernel.ID, event string, args []any) error {
	return a.outside.PostFrom(from, kernel.Alias(a.alias), event, args...)
}

// Index distributes keys over the kernels: it returns the number of a kernel,
// from 0. The same key always gives the same number, in every program with the
// same number of kernels.
func (g *Group) Index(key string) int {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key)) // cannot fail
	return int(h.Sum64() % uint64(len(g.members)))
}
