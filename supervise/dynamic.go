package supervise

import (
	"fmt"

	"github.com/gopoe/poe/kernel"
)

// Add starts one more child, after the others. While the supervisor stops or
// restarts children the error is ErrStopping. OTP: start_child.
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

// Terminate stops a child, in its time, and does not start it again until
// Restart. The specification of a temporary child is dropped. A child that does
// not run is left alone. OTP: terminate_child.
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
// is not restarted by itself. OTP: restart_child.
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

// Delete drops the specification of a child that does not run. OTP:
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
