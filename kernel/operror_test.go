package kernel_test

import (
	"errors"
	"io"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
)

// The error itself travels with an error event, whatever is done with the list
// of its arguments.
func TestErrorEventsCarryTheError(t *testing.T) {
	k := newKernel()
	failure := &kernel.OpError{Op: "read", Err: errors.Join(io.ErrUnexpectedEOF, syscall.ECONNRESET), Wheel: 7}
	var got []*kernel.OpError
	take := func(e kernel.Event) {
		assert.Equal(t, "more", e.Arg(4))
		e.Args = append(e.Args[:2:2], "cut")
		got = append(got, kernel.OpErrorOf(e))
	}
	other := start(t, k, states{"_start": alias("other"), "failed": take})
	start(t, k, states{
		"_start": func(e kernel.Event) {
			host := k.Host()
			require.NoError(t, host.CallError(e.Session, "failed", failure, "more"))
			require.NoError(t, host.CallError(other, "failed", failure, "more"))
			require.NoError(t, host.PostError(e.Session, "failed", failure, "more"))
			require.NoError(t, host.PostError(kernel.Alias("other"), "failed", failure, "more"))
			assert.ErrorIs(t, host.PostError(kernel.Alias("nobody"), "failed", failure), kernel.ErrNoSession)
			assert.ErrorIs(t, host.CallError(kernel.Alias("nobody"), "failed", failure), kernel.ErrNoSession)
		},
		"failed": take,
	})
	require.NoError(t, k.Run())
	require.Len(t, got, 4)
	for _, err := range got {
		assert.Same(t, failure, err)
	}
}

// An error event that a program has made, forwarded or kept has POE's visible
// arguments and nothing else.
func TestErrorsAreMadeAnewFromTheArguments(t *testing.T) {
	for _, c := range []struct {
		args []any
		want *kernel.OpError
	}{
		{[]any{"read", 0, "", kernel.WheelID(3)}, &kernel.OpError{Op: "read", Err: io.EOF, Wheel: 3}},
		{[]any{"connect", int(syscall.ECONNREFUSED), syscall.ECONNREFUSED.Error(), kernel.WheelID(1), "more"}, &kernel.OpError{Op: "connect", Err: syscall.ECONNREFUSED, Wheel: 1}},
		{[]any{"bind", int64(syscall.EACCES), "", uint64(9)}, &kernel.OpError{Op: "bind", Err: syscall.EACCES, Wheel: 9}},
		{[]any{"bind", syscall.EACCES, ""}, &kernel.OpError{Op: "bind", Err: syscall.EACCES}},
	} {
		assert.Equal(t, c.want, kernel.OpErrorOf(kernel.Event{Args: c.args}))
	}
	own := kernel.OpErrorOf(kernel.Event{Args: []any{"filter", int(syscall.EBADMSG), "bad line", kernel.WheelID(2)}})
	assert.EqualError(t, own, "filter: bad line")
	assert.ErrorIs(t, own, syscall.EBADMSG)
	assert.Equal(t, own.Args(), kernel.OpErrorOf(kernel.Event{Args: own.Args()}).Args())
	for _, args := range [][]any{nil, {"read"}, {"read", 1}, {1, 1, "text"}, {"", 1, "text"}, {"read", "1", "text"}, {"read", -1, "text"}, {"read", 1, errors.New("text")}} {
		assert.Nil(t, kernel.OpErrorOf(kernel.Event{Args: args}), "%v", args)
	}
}
