package dbi

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/gopoe/poe/kernel"
)

// request is one query under way.
type request struct {
	lane   *lane
	asker  kernel.ID
	query  Query
	credit chan struct{}
	chunks *kernel.Postback
}

// chunk is a part of the rows, on its way to the kernel's goroutine.
type chunk struct {
	request *request
	result  *Result
}

// runner is what a statement runs on: a transaction, or the database.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// run does the query, on another goroutine. Its result is a *Result.
func (r *request) run(ctx context.Context) (any, error) {
	result := &Result{Query: r.query, Last: true}
	limit := r.query.Timeout
	if limit == 0 {
		limit = r.lane.d.config.Timeout
	}
	began := time.Now()
	ctx, cancel := withTimeout(ctx, limit)
	defer cancel()
	for attempt := 0; ; attempt++ {
		result.Err = r.once(ctx, result)
		if !r.again(ctx, result, attempt) {
			break
		}
	}
	result.Elapsed = time.Since(began)
	return result, nil
}

// again waits for the next attempt and reports whether there is one.
func (r *request) again(ctx context.Context, result *Result, attempt int) bool {
	retry := r.lane.d.config.Retry
	if result.Err == nil || result.Chunk > 0 || r.lane.tx != nil || attempt >= retry.Attempts || !lost(result.Err) {
		return false
	}
	wait := retry.Min << min(attempt, 30)
	if retry.Max > 0 {
		wait = min(wait, retry.Max)
	}
	select {
	case <-time.After(wait):
		return true
	case <-ctx.Done():
		return false
	}
}

// lost reports whether an error means that there was no connection to run the
// statement on.
func lost(err error) bool {
	var dial *net.OpError
	return errors.Is(err, driver.ErrBadConn) || errors.As(err, &dial) && dial.Op == "dial"
}

// once runs the query once.
func (r *request) once(ctx context.Context, result *Result) error {
	switch r.query.Kind {
	case Begin:
		return r.lane.begin(ctx)
	case Commit, Rollback:
		return r.lane.end(r.query.Kind == Commit)
	case Transaction:
		return r.transaction(ctx, result)
	}
	return r.statement(ctx, &r.query, result)
}

// transaction runs the steps.
func (r *request) transaction(ctx context.Context, result *Result) error {
	result.Steps = nil // of the attempt before
	if err := r.lane.begin(ctx); err != nil {
		return err
	}
	defer func() {
		if r.lane.tx != nil { // a step has failed, or the driver panicked
			_ = r.lane.end(false)
		}
	}()
	for i := range r.query.Steps {
		q := &r.query.Steps[i]
		step := &Result{Query: *q, Last: true}
		result.Steps = append(result.Steps, step)
		began := time.Now()
		step.Err = r.statement(ctx, q, step)
		if step.Elapsed = time.Since(began); step.Err != nil {
			return fmt.Errorf("dbi: step %d: %w", i, step.Err)
		}
	}
	return r.lane.end(true)
}

// statement runs a statement, in the transaction that is open.
func (r *request) statement(ctx context.Context, q *Query, result *Result) error {
	var on runner = r.lane.d.config.DB
	if r.lane.tx != nil {
		on = r.lane.tx
	}
	if q.Kind == Do || q.Kind == Insert {
		done, err := on.ExecContext(ctx, q.SQL, q.Args...)
		if err != nil {
			return err
		}
		result.Affected, _ = done.RowsAffected() // not every driver knows
		if q.Kind == Insert {
			result.InsertID, err = done.LastInsertId()
		}
		return err
	}
	rows, err := on.QueryContext(ctx, q.SQL, q.Args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := r.read(ctx, q, rows, result); err != nil {
		return err
	}
	return errors.Join(rows.Err(), rows.Close())
}

// read collects the rows.
func (r *request) read(ctx context.Context, q *Query, rows *sql.Rows, result *Result) (err error) {
	if result.Columns, err = rows.Columns(); err != nil {
		return err
	}
	if len(result.Columns) == 0 && (q.Kind == Single || q.Kind == Array) {
		return fmt.Errorf("%w: there is no column", ErrQuery)
	}
	count := 0
	for rows.Next() {
		row, err := scan(rows, len(result.Columns))
		if err != nil {
			return err
		}
		if count++; q.Chunk == 0 && r.lane.d.config.MaxRows > 0 && count > r.lane.d.config.MaxRows {
			return fmt.Errorf("%w: %d", ErrTooManyRows, r.lane.d.config.MaxRows)
		}
		if full, err := result.add(row); full || err != nil {
			return err
		}
		if q.Chunk > 0 && count%q.Chunk == 0 {
			if err := r.send(ctx, result); err != nil {
				return err
			}
		}
	}
	return nil
}

// scan reads a row. Text that the driver hands over as bytes becomes a string.
func scan(rows *sql.Rows, columns int) ([]any, error) {
	row, to := make([]any, columns), make([]any, columns)
	for i := range row {
		to[i] = &row[i]
	}
	if err := rows.Scan(to...); err != nil {
		return nil, err
	}
	for i, v := range row {
		if b, ok := v.([]byte); ok {
			row[i] = string(b)
		}
	}
	return row, nil
}

// send hands a chunk over and waits until its event has been handled.
func (r *request) send(ctx context.Context, result *Result) error {
	part := *result
	part.Last = false
	r.chunks.Send(chunk{r, &part})
	result.Values, result.Hashes, result.Rows = nil, nil, nil
	result.Chunk++
	select {
	case <-r.credit:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// more lets the query read on.
func (r *request) more() {
	select {
	case r.credit <- struct{}{}:
	default:
	}
}

// finished brings the result home, on the kernel's goroutine.
func (r *request) finished(_ kernel.Event, value any, err error) {
	result, ok := value.(*Result)
	if !ok { // it was cancelled before it began, or the driver panicked
		result = &Result{Query: r.query, Err: err, Last: true}
	}
	switch {
	case r.query.Kind == Begin && result.Err == nil:
		r.lane.begun(r.asker)
	case (r.query.Kind == Commit || r.query.Kind == Rollback) && !errors.Is(result.Err, ErrNoTransaction):
		r.lane.ended()
	}
	d := r.lane.d
	d.requests = slices.DeleteFunc(d.requests, func(other *request) bool { return other == r })
	d.done(r.lane, r.asker, result)
}

// add puts a row into the result, and reports whether no more are wanted.
func (r *Result) add(row []any) (full bool, err error) {
	switch r.Query.Kind {
	case Single:
		r.Value = row[0]
		return true, nil
	case Hash:
		r.Hash = r.byColumn(row)
		return true, nil
	case Array:
		r.Values = append(r.Values, row[0])
	case ArrayHash:
		r.Hashes = append(r.Hashes, r.byColumn(row))
	case KeyValHash:
		if len(row) < 2 {
			return true, fmt.Errorf("%w: keyvalhash needs two columns", ErrQuery)
		}
		if r.Hash == nil {
			r.Hash = map[string]any{}
		}
		r.Hash[fmt.Sprint(row[0])] = row[1]
	case HashHash:
		byColumn := r.byColumn(row)
		key, ok := byColumn[r.Query.Key]
		if !ok {
			return true, fmt.Errorf("%w: there is no column %q", ErrQuery, r.Query.Key)
		}
		if r.ByKey == nil {
			r.ByKey = map[string]map[string]any{}
		}
		r.ByKey[fmt.Sprint(key)] = byColumn
	case Rows:
		r.Rows = append(r.Rows, row)
	}
	return false, nil
}

func (r *Result) byColumn(row []any) map[string]any {
	m := make(map[string]any, len(row))
	for i, name := range r.Columns {
		m[name] = row[i]
	}
	return m
}
