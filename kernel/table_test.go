package kernel_test

import (
	"log/slog"
	"maps"
	"slices"

	"github.com/gopoe/poe/kernel"
)

// table is the least that the kernel takes for a session.
type table struct{ states states }

func (s *table) Dispatch(e kernel.Event) bool {
	h := s.states[e.Name]
	if h != nil {
		h(e)
	}
	return h != nil
}

func (s *table) SetHandler(event string, h kernel.Handler) { s.states[event] = h }
func (s *table) Attach(kernel.ID)                          {}
func (s *table) Handlers() []string                        { return slices.Sorted(maps.Keys(s.states)) }

func logger(l *log) *slog.Logger { return slog.New(l) }
