// Package fault selects calls that are to fail in a run of a kernel, see
// kernel.Recording.Fail.
package fault

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Plan is the call that fails: the Nth of its kind. The zero Plan lets none fail.
type Plan struct {
	Call  string
	Nth   int
	Error syscall.Errno
}

// String returns the plan as Parse reads it.
func (p Plan) String() string {
	if p.Call == "" {
		return ""
	}
	return p.Call + ":" + strconv.Itoa(p.Nth) + ":" + Name(p.Error)
}

// Parse reads what String has written.
func Parse(text string) (p Plan, err error) {
	if text == "" {
		return p, nil
	}
	parts := strings.Split(text, ":")
	if len(parts) != 3 || parts[0] == "" {
		return p, fmt.Errorf("fault %q: it must be CALL:NUMBER:ERROR", text)
	}
	p.Call = parts[0]
	if p.Nth, err = strconv.Atoi(parts[1]); err != nil || p.Nth < 1 {
		return p, fmt.Errorf("fault %q: the number must be 1 or more", text)
	}
	p.Error, err = Errno(parts[2])
	return p, err
}

// names are the errors that can be asked for.
var names = map[string]syscall.Errno{
	"EACCES": syscall.EACCES, "EADDRINUSE": syscall.EADDRINUSE, "EADDRNOTAVAIL": syscall.EADDRNOTAVAIL, "EAGAIN": syscall.EAGAIN,
	"ECONNABORTED": syscall.ECONNABORTED, "ECONNREFUSED": syscall.ECONNREFUSED, "ECONNRESET": syscall.ECONNRESET, "EHOSTUNREACH": syscall.EHOSTUNREACH,
	"EINVAL": syscall.EINVAL, "EIO": syscall.EIO, "EMFILE": syscall.EMFILE, "ENETUNREACH": syscall.ENETUNREACH, "ENFILE": syscall.ENFILE,
	"ENOBUFS": syscall.ENOBUFS, "ENOENT": syscall.ENOENT, "ENOMEM": syscall.ENOMEM, "ENOSPC": syscall.ENOSPC, "ENOTCONN": syscall.ENOTCONN,
	"EPERM": syscall.EPERM, "EPIPE": syscall.EPIPE, "EPROTO": syscall.EPROTO, "ESRCH": syscall.ESRCH, "ETIMEDOUT": syscall.ETIMEDOUT,
}

// Errno returns the error of a name such as ENOSPC.
func Errno(name string) (syscall.Errno, error) {
	if n, ok := names[name]; ok {
		return n, nil
	}
	return 0, fmt.Errorf("fault: error %q is not known; known are %s", name, strings.Join(slices.Sorted(maps.Keys(names)), ", "))
}

// Name returns the name of an error.
func Name(err syscall.Errno) string {
	for name, n := range names {
		if n == err {
			return name
		}
	}
	return err.Error()
}

// errorsOf are the errors that calls may get; those of calls that are not in the
// table are usual.
var errorsOf = map[string][]syscall.Errno{
	"accept":            {syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.EPERM, syscall.EPROTO, syscall.ECONNABORTED},
	"close":             {syscall.EIO},
	"connected":         {syscall.ECONNREFUSED, syscall.ETIMEDOUT, syscall.EHOSTUNREACH, syscall.ENETUNREACH},
	"inotify":           {syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM},
	"inotify_add_watch": {syscall.ENOSPC, syscall.ENOMEM, syscall.EACCES},
	"kill":              {syscall.EPERM, syscall.ESRCH},
	"listen":            {syscall.EADDRINUSE, syscall.EACCES, syscall.EMFILE, syscall.ENOBUFS},
	"open":              {syscall.EMFILE, syscall.ENFILE, syscall.EACCES, syscall.EIO},
	"pipe":              {syscall.EMFILE, syscall.ENFILE},
	"process":           {syscall.EAGAIN, syscall.ENOMEM, syscall.ENOENT, syscall.EACCES, syscall.EMFILE},
	"read":              {syscall.ECONNRESET, syscall.EIO, syscall.ENOMEM, syscall.ETIMEDOUT},
	"recvfrom":          {syscall.ENOMEM, syscall.EIO},
	"recvmmsg":          {syscall.ENOMEM, syscall.EIO},
	"sendto":            {syscall.ENOBUFS, syscall.EPERM, syscall.ENETUNREACH},
	"sendmmsg":          {syscall.ENOBUFS, syscall.EPERM, syscall.ENETUNREACH},
	"shutdown":          {syscall.ENOTCONN, syscall.ENOBUFS},
	"socket":            {syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.EACCES},
	"socketpair":        {syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM},
	"watch":             {syscall.ENOSPC, syscall.ENOMEM},
	"write":             {syscall.EPIPE, syscall.ECONNRESET, syscall.ENOBUFS, syscall.EIO, syscall.ENOSPC},
}

var usual = []syscall.Errno{syscall.EIO, syscall.ENOMEM, syscall.EACCES}

// ErrorsOf returns the most frequent of the errors that a call may get, or all. There
// are none of Poll.
func ErrorsOf(call string, all bool) []syscall.Errno {
	if call == Poll {
		return nil
	}
	list := errorsOf[call]
	if list == nil {
		list = usual
	}
	if !all {
		list = list[:1]
	}
	return list
}

// Places chooses at which of n calls one fails: at most so many, evenly, the first
// and the last among them.
func Places(n, most int) (list []int) {
	if n <= most || most < 2 {
		for i := range min(n, max(1, most)) {
			list = append(list, i+1)
		}
		return list
	}
	for i := range most {
		list = append(list, 1+i*(n-1)/(most-1))
	}
	return list
}

// Poll is the call with which a kernel waits; it is only counted.
const Poll = "poll"

// Split returns the call, and what it is of, of a name such as "recvfrom socket".
// fails is false for what cannot fail, or tells nobody that it has.
func Split(name string) (call, of string, fails bool) {
	call, of, _ = strings.Cut(name, " ")
	switch call {
	case "descriptor", "lease", "order", "random", "real", "time", "wait", "getsockname", "getpeername", "node:", "cluster:":
		return call, of, false
	}
	return call, of, true
}

// Counter counts calls, and lets those fail that a plan says. Its methods are safe
// on any goroutine.
type Counter struct {
	plan Plan
	file *os.File // for a line about each call, or about those that fail

	mu    sync.Mutex
	calls []Call
	index map[string]int
	met   string
}

// Call is a kind of call and how often it was made.
type Call struct {
	Name string
	N    int
}

// NewCounter makes a counter. file may be nil.
func NewCounter(p Plan, file *os.File) *Counter {
	return &Counter{plan: p, file: file, index: map[string]int{}}
}

// Next counts a call and returns the error that it is to have.
func (c *Counter) Next(call, of string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, known := c.index[call]
	if !known {
		i = len(c.calls)
		c.index[call] = i
		c.calls = append(c.calls, Call{Name: call})
	}
	c.calls[i].N++
	if call == c.plan.Call && c.calls[i].N == c.plan.Nth {
		c.met = of
		c.write(call, of)
		return c.plan.Error
	}
	if c.plan.Call == "" && call != Poll {
		c.write(call, of)
	}
	return nil
}

func (c *Counter) write(call, of string) {
	if c.file != nil {
		fmt.Fprintf(c.file, "%s\t%s\n", call, strings.ReplaceAll(of, "\n", " "))
	}
}

// Calls returns the calls in the order in which each was made first.
func (c *Counter) Calls() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.calls)
}

// Met returns what the call that has failed was of; ok is false if none has.
func (c *Counter) Met() (of string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i, made := c.index[c.plan.Call]
	return c.met, made && c.calls[i].N >= c.plan.Nth
}
