package supervise

import (
	"slices"
	"time"

	"github.com/gopoe/poe/kernel"
)

// procedure is what a supervisor is doing: it stops some children, one after
// the other, and then starts some, or calls a function.
type procedure struct {
	stop      []*child
	start     []*child
	delay     time.Duration // before the start
	then      func()        // in place of a start
	advancing bool
}

// stops reports whether a child is among those to be stopped.
func (p *procedure) stops(c *child) bool { return p != nil && slices.Contains(p.stop, c) }

// decide applies the strategy to a child that has ended by itself.
func (s *Supervisor) decide(c *child) {
	switch abnormal := c.last != nil; {
	case c.spec.Restart == Permanent, c.spec.Restart == Transient && abnormal:
		s.restart(c)
	default:
		s.finished(c)
	}
}

// finished deals with a child that is not started again.
func (s *Supervisor) finished(c *child) {
	if c.gate != nil {
		c.gate.down(true)
	}
	if c.spec.Restart == Temporary {
		s.drop(c)
	}
	if !c.spec.Significant {
		return
	}
	running := slices.ContainsFunc(s.children, func(c *child) bool { return c.spec.Significant && c.state != Stopped })
	if s.config.AutoShutdown == AnySignificant || s.config.AutoShutdown == AllSignificant && !running {
		s.Shutdown()
	}
}

// drop removes a child's specification.
func (s *Supervisor) drop(c *child) {
	if c.gate != nil {
		c.gate.down(true)
	}
	if i := slices.Index(s.children, c); i >= 0 {
		s.children = slices.Delete(slices.Clone(s.children), i, i+1)
	}
}

// restart starts a child that has ended again, with those that the strategy
// ties to it.
func (s *Supervisor) restart(c *child) {
	if !s.allowed() {
		s.giveUp(c)
		return
	}
	i := slices.Index(s.children, c)
	var group []*child
	switch s.config.Strategy {
	case OneForOne:
		group = []*child{c}
	case OneForAll:
		group = slices.Clone(s.children)
	case RestForOne:
		group = slices.Clone(s.children[i:])
	}
	p := &procedure{delay: c.backoff(s.config.Backoff, s.config.Intensity.Period, s.k.Now())}
	for _, g := range group {
		if g != c && g.state != Stopped {
			p.stop = append(p.stop, g)
		}
		if g == c || g.spec.Restart != Temporary {
			p.start = append(p.start, g)
		}
	}
	slices.Reverse(p.stop)
	c.state = Restarting
	s.changed(c)
	s.begin(p)
}

// allowed counts a restart and reports whether there were too many.
func (s *Supervisor) allowed() bool {
	now := s.k.Now()
	s.recent = slices.DeleteFunc(s.recent, func(t time.Time) bool { return now.Sub(t) > s.config.Intensity.Period })
	s.recent = append(s.recent, now)
	return len(s.recent) <= max(0, s.config.Intensity.Restarts)
}

// giveUp stops everything and throws in the supervisor's own session.
func (s *Supervisor) giveUp(c *child) {
	name := s.config.Alias
	if name == "" {
		name = "session " + s.id.String()
	}
	limit := s.config.Intensity
	err := &IntensityError{Supervisor: name, Child: c.spec.Name, Restarts: max(0, limit.Restarts), Period: limit.Period, Err: c.last}
	s.stopAll(func() { _ = s.k.Post(s.id, "supervise_give_up", err) })
}

// Shutdown stops the children in reverse start order, each within its
// Spec.Shutdown, and then the supervisor, which removes its alias. It returns
// at once; the supervisor's session stops when that is complete. The event
// "shutdown" does the same.
func (s *Supervisor) Shutdown() {
	if !s.over {
		s.stopAll(func() {})
	}
}

// stopAll replaces the procedure that runs.
func (s *Supervisor) stopAll(then func()) {
	s.over = true
	s.in(func(e kernel.Event) { _ = e.DelayClear("supervise_start") }) // which would keep the supervisor
	p := &procedure{then: func() {
		for _, c := range s.children {
			if c.gate != nil {
				c.gate.down(true)
			}
		}
		if s.config.Alias != "" {
			s.in(func(kernel.Event) { _ = s.k.AliasRemove(s.config.Alias) })
		}
		then()
	}}
	for _, c := range s.children {
		if c.state == Running || c.state == Stopping {
			p.stop = append(p.stop, c)
		} else {
			c.state = Stopped
		}
	}
	slices.Reverse(p.stop)
	s.begin(p)
}

// in runs a function in the supervisor's session.
func (s *Supervisor) in(f kernel.Handler) { _ = s.k.Host().CallFunc(s.id, "supervise", f) }

func (s *Supervisor) begin(p *procedure) {
	if old := s.work; old != nil && old.advancing {
		p.advancing = true // the loop that is running continues with the new one
		s.work = p
		return
	}
	s.work = p
	s.advance()
}

// advance continues with the work until something has to be waited for.
func (s *Supervisor) advance() {
	if s.work == nil || s.work.advancing {
		return
	}
	s.work.advancing = true
	for s.work != nil {
		p := s.work
		if len(p.stop) > 0 {
			if c := p.stop[0]; c.state == Running {
				s.ask(c)
			} else if c.state == Stopping {
				break
			} else {
				if c.spec.Restart == Temporary {
					s.drop(c)
				}
				if p == s.work {
					p.stop = p.stop[1:]
				}
			}
			continue
		}
		if p.then != nil {
			s.work = nil
			p.then()
			continue
		}
		for _, c := range p.start {
			c.state = Restarting
		}
		s.in(func(e kernel.Event) { _ = e.Delay("supervise_start", p.delay) })
		break
	}
	if s.work != nil {
		s.work.advancing = false
	}
}

// ask makes a running child stop.
func (s *Supervisor) ask(c *child) {
	c.state = Stopping
	s.changed(c)
	if c.spec.Shutdown == Brutal {
		_ = s.k.Host().StopSession(c.id)
		return
	}
	s.in(func(e kernel.Event) {
		if c.spec.Shutdown != Infinite {
			d := c.spec.Shutdown
			if d == 0 {
				d = DefaultShutdown
			}
			c.deadline, _ = e.DelaySet("supervise_deadline", d, c)
		}
		if c.spec.Stop != nil {
			c.spec.Stop(e, c.id)
			return
		}
		_ = e.Post(c.id, "shutdown")
	})
}

// deadline stops a child by force that has not stopped in time.
func (s *Supervisor) deadline(e kernel.Event) {
	c := kernel.Arg[*child](e, 0)
	c.deadline = 0
	if c.state == Stopping {
		s.k.Host().Logger().Warn("supervise: a child did not stop in time", "child", c.spec.Name, "session", c.id)
		_ = s.k.Host().StopSession(c.id)
	}
}

func (s *Supervisor) cancelDeadline(c *child) {
	if c.deadline != 0 {
		s.in(func(e kernel.Event) { _, _ = e.AlarmRemove(c.deadline) })
		c.deadline = 0
	}
}

// startNext starts the children that the work is about. One that cannot be
// started has used up one more restart, and is tried again.
func (s *Supervisor) startNext(e kernel.Event) {
	p := s.work
	if p == nil || p.then != nil {
		return
	}
	for len(p.start) > 0 {
		c := p.start[0]
		c.restarts++
		if err := s.run(e, c); err != nil {
			s.k.Host().Logger().Warn("supervise: a child cannot be started", "child", c.spec.Name, "error", err)
			if !s.allowed() {
				s.giveUp(c)
				return
			}
			c.state = Restarting
			s.changed(c)
			_ = e.Delay("supervise_start", c.backoff(s.config.Backoff, s.config.Intensity.Period, s.k.Now()))
			return
		}
		if s.work != p {
			return
		}
		p.start = p.start[1:]
	}
	s.work = nil
	s.settle()
}

// settle deals with the children that have ended meanwhile.
func (s *Supervisor) settle() {
	for s.work == nil && !s.over && len(s.ended) > 0 {
		c := s.ended[0]
		s.ended = s.ended[1:]
		if c.state == Stopped && slices.Contains(s.children, c) {
			s.decide(c)
		}
	}
}
