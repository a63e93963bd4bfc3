// Package transport sends messages that wait in a queue, as datagrams or over a
// connection, which are opened again after a failure.
package transport

import "errors"

// ErrPending is the error of messages that a queue has no space for.
var ErrPending = errors.New("syslogclient: too much waits to be sent")

// Queue has the messages that wait, and counts the others. Its functions are called in
// the component's session.
type Queue struct {
	Max           int             // of the bytes that wait
	Fail          func(err error) // is called with errors, and when messages are dropped
	Emptied       func()          // is called when the messages so far were sent
	Sent, Dropped uint64

	pending [][]byte // oldest first
	octets  int      // of pending
	full    bool     // a message has been dropped for want of space
}

// Len returns the number of messages that wait.
func (q *Queue) Len() int { return len(q.pending) }

// Add has a message wait. The error is ErrPending.
func (q *Queue) Add(m []byte) error {
	if q.octets+len(m) > q.Max {
		q.drop(1)
		return ErrPending
	}
	q.pending = append(q.pending, m)
	q.octets += len(m)
	return nil
}

// take removes the oldest message; there must be one.
func (q *Queue) take() []byte {
	m := q.pending[0]
	q.pending[0] = nil
	q.pending = q.pending[1:]
	q.octets -= len(m)
	q.full = false
	return m
}

// putBack has messages wait again, before all others.
func (q *Queue) putBack(list [][]byte) {
	for _, m := range list {
		q.octets += len(m)
	}
	q.pending = append(list, q.pending...)
}

// Clear drops the messages that wait.
func (q *Queue) Clear() {
	if n := len(q.pending); n > 0 {
		q.pending, q.octets = nil, 0
		q.drop(n)
	}
}

// drop counts messages that are lost, and reports it once.
func (q *Queue) drop(n int) {
	q.Dropped += uint64(n)
	if !q.full {
		q.full = true
		q.Fail(ErrPending)
	}
}
