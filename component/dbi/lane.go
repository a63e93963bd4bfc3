package dbi

import (
	"context"
	"database/sql"
	"errors"

	"github.com/gopoe/poe/kernel"
)

// lane is a queue of queries that run one after the other, and the transaction
// that is open in it.
type lane struct {
	d    *DBI
	key  any
	last *kernel.Job // queued last
	jobs int         // not ended

	// Of the jobs, of which one runs at a time.
	tx   *sql.Tx
	conn *sql.Conn   // which the transaction has to itself
	keep func() bool // ends the closing of conn with the component

	// Of the kernel's goroutine.
	open  bool         // a transaction was begun
	owner kernel.Owned // ends it with its session
}

// offload queues a job of the lane.
func (l *lane) offload(event string, work func(context.Context) (any, error), done func(e kernel.Event, result any, err error)) error {
	job, err := l.d.k.Host().OffloadFunc(l.last, event, work, func(e kernel.Event, result any, err error) {
		l.jobs--
		done(e, result, err)
	})
	if err == nil {
		l.last = job
		l.jobs++
	}
	return err
}

// begin begins a transaction, in a job. ctx bounds the wait for a connection; the
// transaction outlives it.
func (l *lane) begin(ctx context.Context) (err error) {
	if l.tx != nil {
		return ErrTransaction
	}
	if l.conn, err = l.d.config.DB.Conn(ctx); err != nil {
		return err
	}
	conn := l.conn
	outlives, cancel := context.WithCancel(l.d.ctx)
	stop := context.AfterFunc(ctx, cancel)
	tx, err := conn.BeginTx(outlives, nil)
	if stop(); err != nil {
		cancel()
		return errors.Join(err, conn.Close())
	}
	l.tx, l.keep = tx, context.AfterFunc(outlives, func() { _ = conn.Close() }) // which waits for the rollback
	return nil
}

// end ends the transaction, in a job.
func (l *lane) end(commit bool) error {
	if l.tx == nil {
		return ErrNoTransaction
	}
	tx, conn := l.tx, l.conn
	l.tx, l.conn = nil, nil // even if the driver panics
	l.keep()
	end := tx.Rollback
	if commit {
		end = tx.Commit
	}
	err := end()
	_ = conn.Close() // gives it back to the pool
	return err
}

// begun notes that a query has begun a transaction for its asker: it is rolled
// back when the asker stops.
func (l *lane) begun(asker kernel.ID) {
	l.open = true
	if !asker.Alive() {
		l.abandon()
		return
	}
	_ = l.d.k.Host().CallFunc(asker, "dbi", func(kernel.Event) {
		l.owner, _ = l.d.k.Host().Own(closer{l}, "transaction")
	})
}

// ended notes the end of the transaction.
func (l *lane) ended() {
	if l.open {
		l.open = false
		l.owner.Release()
	}
}

// closer rolls back when a session stops with an open transaction.
type closer struct{ l *lane }

func (c closer) Close() error {
	c.l.abandon()
	return nil
}

// abandon rolls the open transaction back, behind what still waits in the lane.
func (l *lane) abandon() {
	if !l.open || !l.d.service.ID.Alive() {
		return // the component's end rolls back as well
	}
	l.open = false
	l.d.pending++
	l.d.service.In(func(kernel.Event) {
		err := l.offload("dbi rollback", func(context.Context) (any, error) {
			return nil, l.end(false)
		}, func(kernel.Event, any, error) { l.d.ended(l) })
		if err != nil {
			l.d.ended(l)
		}
	})
}
