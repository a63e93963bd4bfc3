package nodes

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/session"
)

// ServeConfig configures the session that does jobs of other nodes. Node and Work are
// required.
type ServeConfig struct {
	Node *node.Node
	// Alias is the session's alias; empty is DefaultAlias.
	Alias string
	// Limit bounds the jobs that are done at once; further ones are refused with
	// ErrBusy. 0 is jobqueue.DefaultLimit.
	Limit int
	// Work does a job on another goroutine, as that of jobqueue.Config, and reports
	// progress as there. Its context ends as well when nobody waits for the job any
	// more.
	Work func(ctx context.Context, params []any) ([]any, error)
	// Timeout bounds a job, whatever the queue says; 0 is no limit.
	Timeout time.Duration
}

// Server does jobs of other nodes. Its methods belong to the kernel's goroutine.
type Server struct {
	k       *kernel.Kernel
	service service.Service
	config  ServeConfig
	queue   *jobqueue.Queue
	jobs    sync.Map // *served by the alias for answers; Work reads it
	exposed bool
}

// served is a job of another node.
type served struct {
	from    kernel.ID // stands for the session that wants it
	watch   node.WatchID
	context context.Context
	cancel  context.CancelFunc
	answer  []any // the results and an error, once there are any
}

// Serve creates the session, as a child of the active session, and lets other nodes
// reach it. The event "shutdown" ends it and the jobs that it does. The error is a
// *kernel.ConfigError, or that of the alias.
func Serve(k *kernel.Kernel, c ServeConfig) (*Server, error) {
	switch {
	case c.Node == nil:
		return nil, configerror.New("nodes", "Node", "must be set")
	case c.Work == nil:
		return nil, configerror.New("nodes", "Work", "must be set")
	}
	if err := cmp.Or(configerror.NotNegative("nodes", "Limit", c.Limit), configerror.NotNegative("nodes", "Timeout", c.Timeout)); err != nil {
		return nil, err
	}
	configerror.SetDefault(&c.Alias, DefaultAlias)
	configerror.SetDefault(&c.Limit, jobqueue.DefaultLimit)
	s := &Server{k: k, service: service.New(k, "nodes", c.Alias), config: c}
	if err := service.Create(k, s, serverStates); err != nil {
		return nil, err
	}
	return s, nil
}

var serverStates = session.States[Server]{
	"_start":   func(s *Server, e kernel.Event) { s.service.Start(e, "jobs of other nodes", s.end, s.start) },
	"_stop":    func(*Server, kernel.Event) {},
	"_child":   func(*Server, kernel.Event) {},
	"job":      (*Server).job,
	"gone":     func(s *Server, e kernel.Event) { s.drop(kernel.Arg[string](e, 2)) },
	"progress": (*Server).progress,
	"done":     (*Server).done,
	"collect":  (*Server).collect,
	"shutdown": func(s *Server, _ kernel.Event) { s.Shutdown() },
}

func (s *Server) start(kernel.Event) (err error) {
	s.queue, err = jobqueue.New(s.k, jobqueue.Config{
		Alias: s.config.Alias + ": queue", Limit: s.config.Limit, Timeout: s.config.Timeout, Progress: "progress", Work: s.work,
	})
	if err == nil {
		err = s.config.Node.Expose(s.config.Alias, "job", "collect")
		s.exposed = err == nil
	}
	return err
}

// work does a job, on another goroutine.
func (s *Server) work(ctx context.Context, params []any) ([]any, error) {
	j := s.find(params[0].(string))
	if j == nil {
		return nil, context.Canceled
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(j.context, cancel)()
	return s.config.Work(ctx, params[1:])
}

func (s *Server) find(alias string) *served {
	j, _ := s.jobs.Load(alias)
	found, _ := j.(*served)
	return found
}

// job handles a job of another node: a call, whose answer is nil or an error.
func (s *Server) job(e kernel.Event) {
	if err := s.begin(e); err != nil {
		e.Return(err)
	}
}

func (s *Server) begin(e kernel.Event) error {
	alias, ok := kernel.ArgOK[string](e, 0)
	params, isList := kernel.ArgOK[[]any](e, 1)
	from, known := node.SenderOf(e.Sender)
	switch {
	case !ok || !isList || !known || s.find(alias) != nil:
		return fmt.Errorf("nodes: not a job: %w", kernel.ErrInvalid)
	case s.queue.Running()+s.queue.Waiting() >= s.config.Limit:
		return ErrBusy
	}
	j := &served{from: e.Sender}
	var err error
	if j.watch, err = s.config.Node.Watch(node.Address{Node: from.Node, Alias: alias}, "gone", alias); err != nil {
		return err
	}
	j.context, j.cancel = context.WithCancel(context.Background())
	s.jobs.Store(alias, j)
	if err = s.queue.Enqueue("done", append([]any{alias}, params...)...); err != nil {
		s.drop(alias)
		return err
	}
	return nil
}

// progress handles what Work reports.
func (s *Server) progress(e kernel.Event) {
	if j := s.find(kernel.Arg[[]any](e, 0)[0].(string)); j != nil {
		_ = s.k.Post(j.from, "progress", e.Arg(1)) // as much may be on its way as there can be
	}
}

// done tells the node that wants the job of its end.
func (s *Server) done(e kernel.Event) {
	r := jobqueue.ResultOf(e)
	if j := s.find(r.Params[0].(string)); j != nil {
		j.answer = []any{r.Results, r.Err}
		if err := s.k.Post(j.from, "done"); err != nil {
			s.k.Host().Logger().Warn("nodes: the end of a job cannot be reported", "error", err)
			s.drop(r.Params[0].(string))
		}
	}
}

// collect handles the call for the results.
func (s *Server) collect(e kernel.Event) {
	alias, _ := kernel.ArgOK[string](e, 0)
	from, _ := node.SenderOf(e.Sender)
	j := s.find(alias)
	if j == nil || from.Alias != alias {
		return
	}
	e.Return(j.answer)
	s.drop(alias)
}

// drop forgets a job, and ends its work.
func (s *Server) drop(alias string) {
	if j := s.find(alias); j != nil {
		s.jobs.Delete(alias)
		s.config.Node.Unwatch(j.watch)
		j.cancel()
	}
}

// Shutdown ends the session, and the jobs that it does; the nodes that want them give
// them to others. The event "shutdown" does the same.
func (s *Server) Shutdown() {
	s.end()
	s.service.RemoveAlias()
}

// end ends the jobs, once; it may be by the session's end.
func (s *Server) end() {
	if s.exposed {
		s.exposed = false
		s.config.Node.Unexpose(s.config.Alias)
	}
	if s.queue != nil {
		s.queue.Stop()
	}
	s.jobs.Range(func(alias, _ any) bool {
		s.drop(alias.(string))
		return true
	})
}
