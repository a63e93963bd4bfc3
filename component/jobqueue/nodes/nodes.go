// Package nodes has the jobs of a queue done on other nodes. It is a package of its
// own so that queues without it do not link package node.
//
//	// on the node with the queue
//	workers, err := nodes.New(nodes.Config{Node: n, Workers: []string{"back1", "back2"}})
//	jobqueue.New(k, jobqueue.Config{Alias: "queue", Limit: 8, Attempts: 3, Pause: time.Second, Worker: workers.Worker})
//
//	// on the others
//	nodes.Serve(k, nodes.ServeConfig{Node: n, Limit: 4, Work: resize})
//
// A job goes to the node that does the fewest jobs of the queue. When that node goes
// down, refuses the job because it does as many as it may, or cannot be reached, the
// attempt has failed, and the queue makes another one as its configuration says; the
// node gets no jobs for a few seconds then, if there is another. A job may be done
// twice: a node that was cut off may have done it.
//
// Parameters and results are encoded by the nodes' codec, see [node.Codec].
package nodes

import (
	"cmp"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gopoe/poe/component/internal/random"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/session"
)

// DefaultAlias is the alias of the session on the other nodes that does the jobs.
const DefaultAlias = "jobs of nodes"

// avoid is how long a node gets no jobs that could not do one.
const avoid = 5 * time.Second

// replies is the prefix of the aliases to which other nodes answer.
const replies = "job of a node/"

// Errors of results.
var (
	ErrBusy = errors.New("nodes: the node does as many jobs as it may")
	ErrNode = errors.New("nodes: the session that does the jobs has ended")
)

// Config configures Workers. Node and Workers are required.
type Config struct {
	Node *node.Node
	// Workers are the names of the nodes that do jobs.
	Workers []string
	// Alias is the alias of their session, see ServeConfig; empty is DefaultAlias.
	Alias string
}

// Workers are nodes that do jobs. Its methods belong to the kernel's goroutine.
type Workers struct {
	config Config
	jobs   map[string]int       // that each node does
	avoid  map[string]time.Time // until when it gets none
	used   map[string]uint64    // the last job that it got
	serial uint64
}

// New prepares the use of other nodes. The error is a *kernel.ConfigError.
func New(c Config) (*Workers, error) {
	switch {
	case c.Node == nil:
		return nil, configerror.New("nodes", "Node", "must be set")
	case len(c.Workers) == 0 || slices.Contains(c.Workers, ""):
		return nil, configerror.New("nodes", "Workers", "must be the names of nodes")
	}
	configerror.SetDefault(&c.Alias, DefaultAlias)
	if err := c.Node.Expose(replies, "progress", "done"); err != nil {
		return nil, err
	}
	return &Workers{config: c, jobs: map[string]int{}, avoid: map[string]time.Time{}, used: map[string]uint64{}}, nil
}

// Worker is what jobqueue.Config.Worker and durable.Config.Worker need.
func (w *Workers) Worker(e kernel.Event, j *jobqueue.Job) (kernel.ID, error) {
	alias := replies + base32.StdEncoding.EncodeToString(random.Bytes(e.Kernel, "nodes: job", 20))
	r := &remote{service: service.New(e.Kernel, "nodes", alias), workers: w, k: e.Kernel, job: j, name: w.choose(e.Kernel.Now())}
	err := service.Create(e.Kernel, r, states)
	return r.service.ID, err
}

// choose returns the node that does the fewest jobs, of several the one whose last job
// was the longest ago, and one that is to be avoided only if all are.
func (w *Workers) choose(now time.Time) string {
	best := slices.MinFunc(w.config.Workers, func(a, b string) int {
		return cmp.Or(
			w.avoided(a, now)-w.avoided(b, now),
			w.jobs[a]-w.jobs[b],
			cmp.Compare(w.used[a], w.used[b]),
		)
	})
	w.serial++
	w.used[best] = w.serial
	return best
}

func (w *Workers) avoided(name string, now time.Time) int {
	if now.Before(w.avoid[name]) {
		return 1
	}
	return 0
}

// remote is the session of a job that another node does.
type remote struct {
	service service.Service // its alias is for the answers of the node
	workers *Workers
	k       *kernel.Kernel
	job     *jobqueue.Job
	name    string // of the node
	watch   node.WatchID
	sent    bool
	over    bool // an answer has come
}

var states = session.States[remote]{
	"_start":   func(r *remote, e kernel.Event) { r.service.Start(e, "the job of another node", r.cancel, r.start) },
	"_stop":    func(*remote, kernel.Event) {},
	"accepted": (*remote).accepted,
	"progress": (*remote).progress,
	"done":     (*remote).done,
	"result":   (*remote).result,
	"down":     (*remote).down,
}

// start begins the job. The session lives as long as it has its alias.
func (r *remote) start(kernel.Event) (err error) {
	r.workers.jobs[r.name]++
	r.sent = true
	if err = r.workers.config.Node.Call(r.at(), "job", []any{r.service.Alias, r.job.Params()}, "accepted"); err == nil {
		r.watch, err = r.workers.config.Node.Watch(r.at(), "down")
	}
	return err
}

// at is the session that does the job.
func (r *remote) at() node.Address {
	return node.Address{Node: r.name, Alias: r.workers.config.Alias}
}

// accepted is the answer of the node: nil, or why it refuses.
func (r *remote) accepted(e kernel.Event) {
	failed, _ := e.Arg(1).(error)
	refusal, _ := e.Arg(0).(error)
	switch {
	case r.over:
	case failed != nil:
		r.unfit(failed)
	case refusal != nil && refusal.Error() == ErrBusy.Error():
		r.unfit(ErrBusy)
	case refusal != nil:
		r.unfit(refusal)
	}
}

// down is the end of the session there, or of the node.
func (r *remote) down(e kernel.Event) {
	if err, _ := e.Arg(1).(error); !r.over {
		r.unfit(err)
	}
}

// unfit ends an attempt with a node that cannot do the job.
func (r *remote) unfit(err error) {
	if err == nil {
		err = ErrNode
	}
	r.workers.avoid[r.name] = r.k.Now().Add(avoid)
	r.over = true
	r.fail(err)
	_ = r.k.Host().StopSession(r.k.ActiveSession()) // a call may be under way
}

func (r *remote) progress(e kernel.Event) {
	if args, ok := kernel.ArgOK[[]any](e, 0); ok && r.genuine(e) {
		r.job.Progress(args...)
	}
}

// done is the end of the job: its results are asked for, so that it is known what
// becomes of them.
func (r *remote) done(e kernel.Event) {
	if !r.genuine(e) || r.over {
		return
	}
	if err := r.workers.config.Node.Call(r.at(), "collect", []any{r.service.Alias}, "result"); err != nil {
		r.unfit(err)
	}
}

// result has a list of the results and an error or nil, or an error if they cannot be
// sent. The session ends by itself then: by force, what it has posted would be dropped.
func (r *remote) result(e kernel.Event) {
	if r.over {
		return
	}
	r.over = true
	err, _ := e.Arg(1).(error)
	answer, _ := kernel.ArgOK[[]any](e, 0)
	if err == nil && len(answer) == 2 {
		err, _ = answer[1].(error)
	}
	switch {
	case err != nil:
		r.fail(err)
	case len(answer) != 2:
		r.fail(ErrNode)
	default:
		results, _ := answer[0].([]any)
		r.job.Done(results...)
	}
	r.service.RemoveAlias()
}

// genuine reports whether an event comes from the node that does the job.
func (r *remote) genuine(e kernel.Event) bool {
	from, ok := node.SenderOf(e.Sender)
	return ok && from.Node == r.name
}

func (r *remote) fail(err error) { r.job.Fail(fmt.Errorf("nodes: %s: %w", r.name, err)) }

// cancel ends the count of a job. The other node sees the session end.
func (r *remote) cancel() {
	if !r.sent {
		return
	}
	w := r.workers
	if w.jobs[r.name]--; w.jobs[r.name] == 0 {
		delete(w.jobs, r.name)
	}
	w.config.Node.Unwatch(r.watch)
}
