package dbi

import (
	"context"
	"fmt"
	"reflect"

	"github.com/gopoe/poe/await"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// DBI is the component. Its methods belong to the kernel's goroutine.
type DBI struct {
	k        *kernel.Kernel
	service  service.Service
	config   Config
	owned    bool // the database
	lanes    map[any]*lane
	pending  int
	requests []*request       // under way
	arrivals *kernel.Postback // for chunks, while queries are pending
	over     bool

	ctx    context.Context // of transactions; it ends with the component
	cancel context.CancelFunc
}

var states = session.States[DBI]{
	"_start": func(d *DBI, e kernel.Event) {
		if d.service.Alias == "" {
			d.service.Alias = fmt.Sprint("dbi ", e.Session)
		}
		d.service.Start(e, "queries", d.stop, nil)
	},
	"_stop":    func(d *DBI, _ kernel.Event) { d.close() },
	"_child":   func(*DBI, kernel.Event) {},
	"query":    (*DBI).query,
	"chunk":    (*DBI).chunk,
	"handled":  func(_ *DBI, e kernel.Event) { kernel.Arg[*request](e, 0).more() },
	"shutdown": func(d *DBI, _ kernel.Event) { d.Shutdown() },
}

func init() {
	for _, kind := range []Kind{Do, Insert, Single, Hash, Array, ArrayHash, KeyValHash, HashHash, Rows, Begin, Commit, Rollback, Transaction} {
		states[string(kind)] = func(d *DBI, e kernel.Event) {
			q, ok := kernel.ArgOK[Query](e, 0)
			if !ok {
				d.k.Host().Logger().Warn("dbi: an event needs a dbi.Query", "event", e.Name, "sender", e.Sender)
				return
			}
			q.Kind = kind
			d.add(e.Sender, q)
		}
	}
}

func (d *DBI) query(e kernel.Event) {
	q, ok := kernel.ArgOK[Query](e, 0)
	if !ok {
		d.k.Host().Logger().Warn("dbi: an event needs a dbi.Query", "event", e.Name, "sender", e.Sender)
		return
	}
	d.add(e.Sender, q)
}

// Do requests a query for the active session. Its failure is reported by a
// result. Do's own error is kernel.ErrInvalid, outside of any session and for a
// query without an event.
func (d *DBI) Do(q Query) error {
	id := d.k.ActiveSession()
	if id == d.k.ID() || q.Event == "" {
		return fmt.Errorf("dbi: Do: %w", kernel.ErrInvalid)
	}
	d.add(id, q)
	return nil
}

// Await returns the query for a task of package await to wait for; its Event is
// ignored, and Chunk must be 0.
func (d *DBI) Await(q Query) await.Awaitable[*Result] {
	return await.Awaitable[*Result]{
		Begin: func(_ *await.Task, event string) (func(), error) {
			q.Event = event
			return nil, d.Do(q)
		},
		Result: func(e kernel.Event) (*Result, error) {
			r := kernel.Arg[*Result](e, 0)
			return r, r.Err
		},
	}
}

// Pending returns the number of queries that wait or run.
func (d *DBI) Pending() int { return d.pending }

// add takes a query on.
func (d *DBI) add(asker kernel.ID, q Query) {
	err := q.check()
	switch {
	case err != nil:
	case d.over || !d.service.ID.Alive():
		err = ErrShutdown
	case d.pending >= d.config.MaxPending:
		err = ErrBusy
	}
	if err != nil {
		d.answer(asker, &Result{Query: q, Err: err, Last: true})
		return
	}
	if err := d.service.Keep(asker); err != nil {
		return // it has stopped meanwhile
	}
	key := q.Lane
	if key == nil {
		key = asker
	}
	l := d.lanes[key]
	if l == nil {
		l = &lane{d: d, key: key}
		d.lanes[key] = l
	}
	d.pending++
	d.service.In(func(kernel.Event) {
		if d.arrivals == nil {
			d.arrivals = d.service.ID.Postback("chunk")
		}
		r := &request{lane: l, asker: asker, query: q, credit: make(chan struct{}, 1), chunks: d.arrivals}
		if err = l.offload("dbi "+string(q.Kind), r.run, r.finished); err == nil {
			d.requests = append(d.requests, r)
		}
	})
	if err != nil {
		d.done(l, asker, &Result{Query: q, Err: err, Last: true})
	}
}

// check refuses what no database can run.
func (q *Query) check() error {
	if q.Lane != nil && !reflect.ValueOf(q.Lane).Comparable() {
		return fmt.Errorf("%w: a %T cannot be a Lane", ErrQuery, q.Lane)
	}
	switch q.Kind {
	case Begin, Commit, Rollback:
		return nil
	case Transaction:
		return q.checkSteps()
	case Do, Insert, Single, Hash, Array, ArrayHash, KeyValHash, HashHash, Rows:
	default:
		return fmt.Errorf("%w: Kind %q is unknown", ErrQuery, q.Kind)
	}
	switch chunked := q.Kind == Array || q.Kind == ArrayHash || q.Kind == Rows; {
	case q.SQL == "":
		return fmt.Errorf("%w: SQL is empty", ErrQuery)
	case q.Kind == HashHash && q.Key == "":
		return fmt.Errorf("%w: Key is empty", ErrQuery)
	case q.Chunk < 0 || q.Chunk > 0 && !chunked:
		return fmt.Errorf("%w: Chunk is for array, arrayhash and rows", ErrQuery)
	}
	return nil
}

func (q *Query) checkSteps() error {
	if len(q.Steps) == 0 {
		return fmt.Errorf("%w: Steps is empty", ErrQuery)
	}
	for i := range q.Steps {
		step := &q.Steps[i]
		switch step.Kind {
		case Begin, Commit, Rollback, Transaction:
			return fmt.Errorf("%w: Steps[%d]: Kind %q cannot be a step", ErrQuery, i, step.Kind)
		}
		if step.Chunk != 0 {
			return fmt.Errorf("%w: Steps[%d]: a step has no Chunk", ErrQuery, i)
		}
		if err := step.check(); err != nil {
			return fmt.Errorf("dbi: Steps[%d]: %w", i, err)
		}
	}
	return nil
}

// answer posts a result.
func (d *DBI) answer(asker kernel.ID, r *Result) { _ = d.k.Post(asker, r.Query.Event, r) }

// chunk passes rows on that a running query has sent.
func (d *DBI) chunk(e kernel.Event) {
	c := kernel.Arg[[]any](e, 1)[0].(chunk)
	d.answer(c.request.asker, c.result)
	e.Yield("handled", c.request) // behind the event that was posted
}

// done ends a query.
func (d *DBI) done(l *lane, asker kernel.ID, r *Result) {
	d.answer(asker, r)
	d.service.Release(asker)
	d.ended(l)
}

// stop answers the queries which a component that ends by force has left. It
// runs after the session's end, which drops the events that the session has
// posted.
func (d *DBI) stop() {
	d.over = true
	for _, r := range d.requests {
		d.answer(r.asker, &Result{Query: r.query, Err: ErrShutdown, Last: true})
		d.service.Release(r.asker)
	}
	d.requests = nil
	d.cancel() // open transactions are rolled back, and their connections freed
}

// ended counts the end of a job.
func (d *DBI) ended(l *lane) {
	d.pending--
	if l.jobs == 0 && !l.open {
		delete(d.lanes, l.key)
	}
	d.settle()
}

// settle releases what is needed only while queries are pending, and completes
// a shutdown.
func (d *DBI) settle() {
	if d.pending > 0 {
		return
	}
	if d.arrivals != nil {
		d.arrivals.Release()
		d.arrivals = nil
	}
	if d.over {
		if d.abandonAll(); d.pending > 0 {
			return // settle is called again
		}
		d.service.RemoveAlias()
	}
}

// Shutdown refuses further queries; when those that are pending are done, open
// transactions are rolled back and the component ends. The event "shutdown" does
// the same.
func (d *DBI) Shutdown() {
	if d.over {
		return
	}
	d.over = true
	d.settle()
}

// abandonAll rolls all open transactions back.
func (d *DBI) abandonAll() {
	for _, l := range d.lanes {
		l.abandon()
	}
}

// close closes a database that was opened here, once its queries have ended.
func (d *DBI) close() {
	d.cancel()
	if d.owned {
		go d.config.DB.Close() // it waits for running queries, which are cancelled
	}
}
