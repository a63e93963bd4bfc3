package supervise

import (
	"fmt"

	"github.com/gopoe/poe/kernel"
)

// Add starts another child, after the existing ones. The error is a
// *kernel.ConfigError for a Spec that cannot work, ErrExists if a child has
// that name, ErrStopping while the supervisor stops or restarts children, or
// that of Start, and then the child is not added. OTP: start_child.
func (s *Supervisor) Add(spec Spec) error {
	if err := checkSpec("Spec", spec); err != nil {
		return err
	}
	if _, c := s.find(spec.Name); c != nil {
		return fmt.Errorf("%w: %q", ErrExists, spec.Name)
	}
	if s.work != nil || s.over {
		return ErrStopping
	}
	c := &child{spec: spec}
	if err := s.open(c); err != nil {
		return err
	}
	s.children = append(s.children, c)
	err := kernel.ErrNoSession
	s.in(func(e kernel.Event) { err = s.run(e, c) })
	if err != nil {
		s.drop(c)
	}
	return err
}

// Terminate stops a child within its Spec.Shutdown and leaves it stopped until
// Restart. It does not wait. The specification of a Temporary child is removed.
// It does nothing if the child does not run. The error is ErrNoChild, or
// ErrStopping while the supervisor stops or restarts children. OTP:
// terminate_child.
func (s *Supervisor) Terminate(name string) error {
	_, c := s.find(name)
	switch {
	case c == nil:
		return fmt.Errorf("%w: %q", ErrNoChild, name)
	case s.work != nil || s.over:
		return ErrStopping
	}
	s.begin(&procedure{stop: []*child{c}, then: s.settle})
	return nil
}

// Restart starts a child that was stopped by Terminate, or that has ended and
// is not restarted automatically. The error is ErrNoChild, ErrRunning or
// ErrStopping, or that of the child's Start. OTP: restart_child.
func (s *Supervisor) Restart(name string) error {
	_, c := s.find(name)
	switch {
	case c == nil:
		return fmt.Errorf("%w: %q", ErrNoChild, name)
	case c.state != Stopped:
		return fmt.Errorf("%w: %q", ErrRunning, name)
	case s.work != nil || s.over:
		return ErrStopping
	}
	err := kernel.ErrNoSession
	s.in(func(e kernel.Event) {
		c.restarts++
		err = s.run(e, c)
	})
	return err
}

// Delete removes the specification of a child that does not run. The error is
// ErrNoChild if there is none of that name, or ErrRunning if it runs. OTP:
// delete_child.
func (s *Supervisor) Delete(name string) error {
	_, c := s.find(name)
	switch {
	case c == nil:
		return fmt.Errorf("%w: %q", ErrNoChild, name)
	case c.state != Stopped:
		return fmt.Errorf("%w: %q", ErrRunning, name)
	}
	s.drop(c)
	return nil
}
