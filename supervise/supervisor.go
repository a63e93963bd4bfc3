package supervise

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Supervisor starts, restarts and stops children. Its methods must be called on
// the kernel's goroutine.
type Supervisor struct {
	k        *kernel.Kernel
	config   Config
	id       kernel.ID
	children []*child    // in the order of their start
	recent   []time.Time // of the restarts within the period
	work     *procedure  // stopping or restarting, nil if there is none
	ended    []*child    // by themselves, while there was work
	over     bool        // it has stopped its children, or is about to
	err      error       // of the first start
}

var states = session.States[Supervisor]{
	"_start":             (*Supervisor).start,
	"_stop":              (*Supervisor).stop,
	"_child":             (*Supervisor).childEvent,
	"_parent":            func(*Supervisor, kernel.Event) {},
	"shutdown":           func(s *Supervisor, _ kernel.Event) { s.Shutdown() },
	"supervise_die":      (*Supervisor).die,
	"supervise_start":    (*Supervisor).startNext,
	"supervise_deadline": (*Supervisor).deadline,
	"supervise_give_up":  func(_ *Supervisor, e kernel.Event) { panic(e.Arg(0)) },
}

// New creates a supervisor as a child of the active session and starts its
// children before it returns. A configuration that cannot work gives a
// *kernel.ConfigError. If a child cannot be started, the children before it are
// stopped and the error is that of its Start.
func New(k *kernel.Kernel, c Config) (*Supervisor, error) {
	if err := check(&c); err != nil {
		return nil, err
	}
	s := &Supervisor{k: k, config: c}
	for _, spec := range c.Children {
		s.children = append(s.children, &child{spec: spec})
	}
	if _, err := session.Create(k, s, states); err != nil {
		return nil, err
	}
	if s.err != nil {
		return nil, s.err
	}
	return s, nil
}

// check refuses what cannot work, and fills in defaults.
func check(c *Config) error {
	names, aliases := map[string]bool{}, map[string]bool{c.Alias: true, "": true}
	for i, spec := range c.Children {
		field := fmt.Sprintf("Children[%d]", i)
		switch {
		case names[spec.Name]:
			return configError(field+".Name", fmt.Sprintf("%q is there twice", spec.Name))
		case spec.Alias != "" && aliases[spec.Alias]:
			return configError(field+".Alias", fmt.Sprintf("%q is there twice", spec.Alias))
		}
		if err := checkSpec(field, spec); err != nil {
			return err
		}
		names[spec.Name], aliases[spec.Alias] = true, true
	}
	switch {
	case c.Strategy < OneForOne || c.Strategy > RestForOne:
		return configError("Strategy", "unknown")
	case c.AutoShutdown < NeverShutdown || c.AutoShutdown > AllSignificant:
		return configError("AutoShutdown", "unknown")
	case c.Backoff.Jitter < 0 || c.Backoff.Jitter > 1:
		return configError("Backoff.Jitter", "must be from 0 to 1")
	}
	if c.Intensity == (Intensity{}) {
		c.Intensity.Restarts = 1
	}
	if c.Intensity.Period <= 0 {
		c.Intensity.Period = 5 * time.Second
	}
	if c.Backoff.Rand == nil {
		c.Backoff.Rand = rand.Float64
	}
	return nil
}

func checkSpec(field string, spec Spec) error {
	switch {
	case spec.Name == "":
		return configError(field+".Name", "must not be empty")
	case spec.Start == nil:
		return configError(field+".Start", "must be set")
	case spec.Restart < Permanent || spec.Restart > Temporary:
		return configError(field+".Restart", "unknown")
	case spec.Shutdown < Infinite:
		return configError(field+".Shutdown", "must not be negative")
	case spec.WhileDown < Keep || spec.WhileDown > Refuse:
		return configError(field+".WhileDown", "unknown")
	}
	return nil
}

func (s *Supervisor) start(e kernel.Event) {
	s.id = e.Session
	if s.config.Alias != "" {
		if s.err = e.AliasSet(s.config.Alias); s.err != nil {
			return
		}
	}
	if s.err = e.Sig("DIE", "supervise_die"); s.err != nil {
		return
	}
	for _, c := range s.children {
		if s.err = s.open(c); s.err == nil {
			s.err = s.run(e, c)
		}
		if s.err != nil {
			s.Shutdown()
			return
		}
	}
}

// open makes the gate of a child that has an alias.
func (s *Supervisor) open(c *child) (err error) {
	if c.spec.Alias != "" && c.gate == nil {
		c.gate, err = newGate(s, c)
	}
	return err
}

// run starts a child's session.
func (s *Supervisor) run(e kernel.Event, c *child) error {
	c.failure, c.doomed = nil, false
	id, err := c.spec.Start(e)
	if err != nil {
		c.state, c.last = Stopped, err
		return err
	}
	if parent, gone := s.k.Parent(id); gone == nil && parent != s.id {
		_ = s.k.Host().StopSession(id)
		c.state, c.last = Stopped, ErrForeign
		return ErrForeign
	}
	c.id, c.state, c.started = id, Running, s.k.Now()
	if c.gate != nil {
		if err := c.gate.reopen(); err != nil {
			return err
		}
	}
	s.changed(c)
	if !id.Alive() {
		s.lost(c) // it has ended within Start
	}
	return nil
}

// stop ends the children which a supervisor that is stopped by force has left, the
// last one first: nothing watches them any more, and they have just gone to the
// supervisor's parent, which may start the same ones again.
func (s *Supervisor) stop(kernel.Event) {
	s.over = true
	for _, c := range slices.Backward(s.children) {
		id := c.id
		c.id = kernel.ID{}
		if id.Alive() {
			_ = s.k.Host().StopSession(id)
		}
		if c.gate != nil && c.gate.id.Alive() {
			_ = s.k.Host().StopSession(c.gate.id)
		}
	}
}

func (s *Supervisor) changed(c *child) {
	if s.config.Changed == nil {
		return
	}
	status := c.status()
	_ = s.k.Host().CallFunc(s.id, "supervise_changed", func(e kernel.Event) { s.config.Changed(e, status) })
}

// childEvent sees children end.
func (s *Supervisor) childEvent(e kernel.Event) {
	if what, _ := kernel.ArgOK[string](e, 0); what != "lose" {
		return
	}
	id, _ := kernel.ArgOK[kernel.ID](e, 1)
	for _, c := range s.children {
		if c.id == id && !id.IsZero() {
			s.lost(c)
			return
		}
	}
}

// lost is called when a child's session has ended.
func (s *Supervisor) lost(c *child) {
	asked := c.state == Stopping || s.work.stops(c)
	c.id, c.state, c.last, c.doomed = kernel.ID{}, Stopped, c.failure, false
	s.cancelDeadline(c)
	if c.gate != nil {
		c.gate.down(false)
	}
	s.changed(c)
	switch {
	case asked:
		s.advance()
	case s.work != nil || s.over:
		s.ended = append(s.ended, c)
	default:
		s.decide(c)
	}
}

// die handles the exception of a child, or of a session below it: unless that
// has been handled already the child is stopped, with the exception as the
// reason of its end.
func (s *Supervisor) die(e kernel.Event) {
	x, ok := kernel.ArgOK[*kernel.Exception](e, 1)
	if !ok {
		return
	}
	c := s.above(x.Dest)
	if c == nil {
		return
	}
	if x.Handled {
		c.doomed = false
		if c.gate != nil {
			_ = s.k.Post(c.gate.id, "supervise_flush")
		}
		return
	}
	e.SigHandled()
	c.failure = x.Err
	_ = s.k.Host().StopSession(c.id)
}

// above returns the child which is id or has it below it.
func (s *Supervisor) above(id kernel.ID) *child {
	for {
		for _, c := range s.children {
			if c.id == id && !id.IsZero() {
				return c
			}
		}
		parent, err := s.k.Parent(id)
		if err != nil || parent == s.k.ID() || parent == id {
			return nil
		}
		id = parent
	}
}

// Fail marks the next end of the active session's supervised child as abnormal,
// with err as its reason. The active session may be the child or one below it.
// Fail is for children which end by themselves because something has failed,
// such as a wheel; it does not end them. If no supervisor is above the session,
// the error is ErrNotInTree.
func Fail(e kernel.Event, err error) error {
	for id := e.Session; ; {
		parent, gone := e.Kernel.Parent(id)
		if gone != nil || parent == e.Kernel.ID() {
			return ErrNotInTree
		}
		if s := supervisorOf(parent); s != nil {
			if c := s.above(id); c != nil {
				c.failure = err
				return nil
			}
		}
		id = parent
	}
}

// supervisorOf returns the supervisor whose session id is, nil if it is none.
func supervisorOf(id kernel.ID) *Supervisor {
	made, ok := id.Session().(*session.Session)
	if !ok {
		return nil
	}
	s, _ := made.Heap().(*Supervisor)
	return s
}

// ID returns the ID of the supervisor's session.
func (s *Supervisor) ID() kernel.ID { return s.id }

// Children returns the status of all children, in start order.
func (s *Supervisor) Children() []Status {
	all := make([]Status, len(s.children))
	for i, c := range s.children {
		all[i] = c.status()
	}
	return all
}

// Dump writes the tree of children to w, one line for each, with its state and
// the reason why it ended last. It returns the first error of w.
func (s *Supervisor) Dump(w io.Writer) error { return dump(w, s.Children(), 0) }

func dump(w io.Writer, all []Status, depth int) error {
	for _, c := range all {
		line := strings.Repeat("  ", depth) + c.Name + " " + c.State.String()
		if c.Restarts > 0 {
			line += fmt.Sprintf(", restarts %d", c.Restarts)
		}
		if c.Kept > 0 {
			line += fmt.Sprintf(", events kept %d", c.Kept)
		}
		if c.Err != nil {
			line += ": " + c.Err.Error()
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
		if err := dump(w, c.Children, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (s *Supervisor) find(name string) (int, *child) {
	i := slices.IndexFunc(s.children, func(c *child) bool { return c.spec.Name == name })
	if i < 0 {
		return i, nil
	}
	return i, s.children[i]
}
