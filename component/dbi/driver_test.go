package dbi_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
)

// store is a small database for tests, under database/sql like any other. It
// keeps one table of numbers and knows these statements:
//
//	ADD ?          puts a number in
//	ALL            returns (n, name) of all, in order
//	SERIES n       returns the numbers below n
//	WAIT           waits until its context ends
//	FAIL           fails
//	LOSE n         loses its connection the first n times
type store struct {
	mu      sync.Mutex
	numbers []int64
	log     []string
	lost    int
	open    int
	commit  string // "panic": that is what a commit does
}

var errStore = errors.New("store: the statement fails")

func (s *store) DB() *sql.DB { return sql.OpenDB(s) }

func (s *store) Connect(context.Context) (driver.Conn, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open++
	return &conn{s: s}, nil
}

func (s *store) Driver() driver.Driver { return nil }

// conn is a connection; a transaction works on a copy of the numbers.
type conn struct {
	s    *store
	copy []int64
	tx   bool
}

func (c *conn) Prepare(string) (driver.Stmt, error) { return nil, errors.New("store: no statements") }

func (c *conn) Close() error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.open--
	return nil
}

func (c *conn) Begin() (driver.Tx, error) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.tx, c.copy = true, append([]int64(nil), c.s.numbers...)
	c.s.log = append(c.s.log, "begin")
	return c, nil
}

func (c *conn) Commit() error {
	if c.s.commit == "panic" {
		panic("store: commit")
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.tx, c.s.numbers = false, c.copy
	c.s.log = append(c.s.log, "commit")
	return nil
}

func (c *conn) Rollback() error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.tx = false
	c.s.log = append(c.s.log, "rollback")
	return nil
}

func (c *conn) numbers() *[]int64 {
	if c.tx {
		return &c.copy
	}
	return &c.s.numbers
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	word, rest, _ := strings.Cut(query, " ")
	switch word {
	case "ADD":
		n := args[0].Value.(int64)
		*c.numbers() = append(*c.numbers(), n)
		c.s.log = append(c.s.log, fmt.Sprint("add ", n))
		return result(len(*c.numbers())), nil
	case "WAIT":
		c.s.mu.Unlock()
		<-ctx.Done()
		c.s.mu.Lock()
		return nil, ctx.Err()
	case "LOSE":
		n, _ := strconv.Atoi(rest)
		if c.s.lost++; c.s.lost <= n {
			return nil, driver.ErrBadConn
		}
		return result(0), nil
	}
	return nil, errStore
}

func (c *conn) QueryContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Rows, error) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	word, rest, _ := strings.Cut(query, " ")
	switch word {
	case "ALL":
		r := &rows{columns: []string{"n", "name"}}
		for _, n := range *c.numbers() {
			r.rows = append(r.rows, []driver.Value{n, []byte(fmt.Sprint("number ", n))})
		}
		return r, nil
	case "SERIES":
		n, _ := strconv.Atoi(rest)
		r := &rows{columns: []string{"n"}}
		for i := range n {
			r.rows = append(r.rows, []driver.Value{int64(i)})
		}
		return r, nil
	}
	return nil, errStore
}

type result int64

func (r result) LastInsertId() (int64, error) { return int64(r), nil }
func (r result) RowsAffected() (int64, error) { return 1, nil }

type rows struct {
	columns []string
	rows    [][]driver.Value
}

func (r *rows) Columns() []string { return r.columns }
func (r *rows) Close() error      { return nil }

func (r *rows) Next(to []driver.Value) error {
	if len(r.rows) == 0 {
		return io.EOF
	}
	copy(to, r.rows[0])
	r.rows = r.rows[1:]
	return nil
}
