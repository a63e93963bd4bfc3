package httpserver

import (
	"time"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

var states = session.States[Server]{
	"_start":      (*Server).started,
	"DONE":        func(_ *Server, e kernel.Event) { kernel.Arg[*Response](e, 0).Done() },
	"CLOSE":       func(_ *Server, e kernel.Event) { kernel.Arg[*Response](e, 0).Close() },
	"STREAM":      (*Server).stream,
	"GETHANDLERS": (*Server).getRoutes,
	"SETHANDLERS": (*Server).setRoutes,
	"STARTLISTEN": (*Server).startListening,
	"STOPLISTEN":  (*Server).stopListening,
	"SHUTDOWN":    (*Server).shutdownEvent,
	"shutdown":    func(s *Server, _ kernel.Event) { s.Shutdown(Forever) },
	"stopped":     func(s *Server, e kernel.Event) { _ = e.Kernel.AliasRemove(s.config.Alias) }, // set in _start
}

// started listens, so that the listener is a child of the component's.
func (s *Server) started(e kernel.Event) {
	s.id = e.Session
	failed, listen := kernel.Arg[*error](e, 0), kernel.Arg[func() error](e, 1)
	if *failed = e.Kernel.AliasSet(s.config.Alias); *failed != nil {
		return
	}
	if *failed = listen(); *failed != nil {
		_ = e.Kernel.AliasRemove(s.config.Alias)
	}
}

func (s *Server) stream(e kernel.Event) {
	r := kernel.Arg[*Response](e, 0)
	piece, ok := kernel.ArgOK[[]byte](e, 1)
	if !ok {
		piece = []byte(kernel.Arg[string](e, 1))
	}
	r.Stream(piece)
}

func (s *Server) getRoutes(e kernel.Event) {
	e.Return(s.Routes())
	if len(e.Args) == 0 {
		return // a call
	}
	if err := e.Kernel.Post(kernel.Arg[kernel.Dest](e, 0), kernel.Arg[string](e, 1), s.Routes()); err != nil {
		e.Kernel.Host().Logger().Warn("httpserver: GETHANDLERS: nobody gets the routes", "error", err, "sender", e.Sender)
	}
}

func (s *Server) setRoutes(e kernel.Event) {
	if err := s.SetRoutes(kernel.Arg[[]Route](e, 0)); err != nil {
		e.Return(err)
		e.Kernel.Host().Logger().Warn("httpserver: SETHANDLERS: the routes stay as they are", "error", err, "sender", e.Sender)
	}
}

// Routes returns a copy of the routes. POE: GETHANDLERS.
func (s *Server) Routes() []Route { return append([]Route(nil), s.config.Routes...) }

// SetRoutes replaces the routes, for requests that arrive from now on. If it
// returns an error, a *kernel.ConfigError, the routes are unchanged. POE:
// SETHANDLERS.
func (s *Server) SetRoutes(routes []Route) error {
	if len(routes) == 0 {
		return configerror.New("httpserver", "Routes", "is empty")
	}
	if err := checkRoutes(routes); err != nil {
		return err
	}
	s.config.Routes = append([]Route(nil), routes...)
	return nil
}

func (s *Server) startListening(e kernel.Event) {
	_ = e.Kernel.Post(s.listener.ID(), "set_concurrency", s.accepts) // it may have stopped
}

func (s *Server) stopListening(e kernel.Event) {
	_ = e.Kernel.Post(s.listener.ID(), "set_concurrency", 0) // it may have stopped
}

// shutdownEvent handles "SHUTDOWN": without an argument it waits for no request.
func (s *Server) shutdownEvent(e kernel.Event) {
	within, timed := kernel.ArgOK[time.Duration](e, 0)
	if !timed && len(e.Args) > 0 {
		within = Forever
	}
	s.Shutdown(within)
}

// Shutdown ends the server: it accepts no more connections and closes idle
// connections immediately, others once the requests that have arrived are
// answered, or after the given time. Forever means no time limit, which a further
// call can set. POE: SHUTDOWN.
func (s *Server) Shutdown(within time.Duration) {
	if s.over && within < 0 {
		return
	}
	s.over = true
	if within < 0 {
		_ = s.k.Post(s.listener.ID(), "drain") // it may have stopped
		return
	}
	s.listener.Drain(within)
}

// stopped is called when the listener has stopped, after its last connection.
func (s *Server) stopped(l *servertcp.Listener) {
	if s.config.Server.Stopped != nil {
		s.config.Server.Stopped(l)
	}
	_ = l.Kernel.Post(s.id, "stopped") // it may have stopped itself
}
