package durable

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/gopoe/poe/component/dbi"
	"github.com/gopoe/poe/kernel"
)

// request is what another session has asked for. That is kept alive until the
// answer.
type request struct {
	q     *Queue
	asker kernel.ID
	event string
	job   Job
}

// List is the answer to "dead".
type List struct {
	Jobs []Job // their Attempt and LastError are those of the last attempt
	Err  error
}

// ErrNone is the error of the answer to "revive" and "remove" if there is no
// such job.
var ErrNone = errors.New("durable: there is no dead job with this ID")

// request begins to answer an event whose first argument is the event for the
// answer; nil if it has none.
func (q *Queue) request(asker kernel.ID, event string) *request {
	if event == "" {
		q.warn("an event for the answer is needed", kernel.ErrInvalid, "sender", asker)
		return nil
	}
	if err := q.service.Keep(asker); err != nil {
		return nil // it has stopped meanwhile
	}
	r := &request{q: q, asker: asker, event: event}
	q.requests = append(q.requests, r)
	return r
}

// answer posts the answer, once.
func (r *request) answer(value any) {
	i := slices.Index(r.q.requests, r)
	if i < 0 {
		return
	}
	r.q.requests = slices.Delete(r.q.requests, i, i+1)
	if err := r.q.k.Post(r.asker, r.event, value); err != nil {
		r.q.warn("an answer cannot be sent", err, "event", r.event)
	}
	r.q.service.Release(r.asker)
}

func (r *request) done(err error) { r.answer(&Stored{Job: r.job, Err: err}) }

func eventOf(e kernel.Event) string {
	event, _ := kernel.ArgOK[string](e, 0)
	return event
}

func (q *Queue) enqueue(e kernel.Event) {
	j, ok := kernel.ArgOK[Job](e, 1)
	if !ok {
		q.warn("enqueue needs an event and a durable.Job", kernel.ErrInvalid, "sender", e.Sender)
		return
	}
	q.store(e.Sender, eventOf(e), j)
}

// Enqueue stores a job for the active session, which gets a [*Stored] by event.
// The error is kernel.ErrInvalid outside of any session or without an event.
// The event "enqueue" does the same, with the same arguments.
func (q *Queue) Enqueue(event string, j Job) error {
	id := q.k.ActiveSession()
	if id == q.k.ID() || event == "" {
		return fmt.Errorf("durable: Enqueue: %w", kernel.ErrInvalid)
	}
	q.store(id, event, j)
	return nil
}

func (q *Queue) store(asker kernel.ID, event string, j Job) {
	r := q.request(asker, event)
	if r == nil {
		return
	}
	given := j.ID != ""
	if !given {
		j.ID = q.text("id")
	}
	r.job = j
	switch {
	case q.stopped:
		r.done(cmp.Or(q.err, ErrStopped))
		return
	case len(j.Body) > q.config.MaxBody:
		r.done(ErrBody)
		return
	case len(j.ID) > 64:
		r.done(ErrID)
		return
	}
	q.stored = max(q.stored+1, q.k.Now().UnixNano())
	body := j.Body
	if body == nil {
		body = []byte{}
	}
	q.do("INSERT INTO %[1]s (id, body, weight, stored, visible, attempts, dead, lease, failure) VALUES (?, ?, ?, ?, ?, 0, 0, '', '')", func(result *dbi.Result) {
		switch {
		case result.Err == nil:
			r.done(nil)
			q.pollSoon(j.Delay)
		case given:
			q.explain(r, result.Err)
		default:
			r.done(result.Err)
		}
	}, j.ID, body, -j.Priority, q.stored, q.after(j.Delay))
}

// explain answers a request whose job could not be stored: the reason may be that
// it is there already.
func (q *Queue) explain(r *request, err error) {
	q.query(dbi.Single, "SELECT COUNT(*) FROM %[1]s WHERE id = ?", func(result *dbi.Result) {
		if result.Err == nil && number(result.Value) > 0 {
			err = fmt.Errorf("%w: %q", ErrExists, r.job.ID)
		}
		r.done(err)
	}, r.job.ID)
}

// listDead handles "dead": the event for the answer, a *List, and how many jobs at
// most; the oldest are first.
func (q *Queue) listDead(e kernel.Event) {
	r := q.request(e.Sender, eventOf(e))
	if r == nil {
		return
	}
	limit, ok := kernel.ArgOK[int](e, 1)
	if !ok || limit <= 0 {
		limit = 100
	}
	q.query(dbi.ArrayHash, "SELECT id, body, weight, attempts, failure FROM %[1]s WHERE dead = 1 ORDER BY stored, id LIMIT ?", func(result *dbi.Result) {
		list := &List{Err: result.Err}
		for _, row := range result.Hashes {
			list.Jobs = append(list.Jobs, Job{
				ID: text(row["id"]), Body: []byte(text(row["body"])), Priority: -number(row["weight"]),
				Attempt: number(row["attempts"]), LastError: text(row["failure"]),
			})
		}
		r.answer(list)
	}, limit)
}

// revive handles "revive": the event for the answer, a *Stored, and the ID of a dead
// job, which begins anew.
func (q *Queue) revive(e kernel.Event) {
	q.change(e, "UPDATE %[1]s SET dead = 0, attempts = 0, visible = ?, lease = '' WHERE id = ? AND dead = 1", q.after(0))
}

// remove handles "remove": the event for the answer, a *Stored, and the ID of a dead
// job.
func (q *Queue) remove(e kernel.Event) { q.change(e, "DELETE FROM %[1]s WHERE id = ? AND dead = 1") }

func (q *Queue) change(e kernel.Event, statement string, args ...any) {
	r := q.request(e.Sender, eventOf(e))
	if r == nil {
		return
	}
	r.job.ID, _ = kernel.ArgOK[string](e, 1)
	q.do(statement, func(result *dbi.Result) {
		err := result.Err
		if err == nil && result.Affected == 0 {
			err = fmt.Errorf("%w: %q", ErrNone, r.job.ID)
		}
		r.done(err)
		q.choose()
	}, append(args, r.job.ID)...)
}

// close answers what a queue that ends by force has left. Its jobs are done again
// when their leases have run out.
func (q *Queue) close() {
	q.stopped = true
	for _, r := range slices.Clone(q.requests) {
		r.done(ErrStopped)
	}
	for _, j := range q.running {
		if j.cancel != nil {
			j.cancel()
		}
	}
}
