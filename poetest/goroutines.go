package poetest

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"
)

// grace is how long goroutines have, at the end of a test, to come to theirs.
const grace = 5 * time.Second

// mark identifies the goroutines that were started since some moment by a test, or
// by those that it started, from all others: they inherit its profiler label.
// So tests may run in parallel.
type mark string

const markLabel = "poetest"

// markGoroutines marks what is started from now on; name must not be that of
// another mark in use.
func markGoroutines(name string) mark {
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels(markLabel, name)))
	return mark(name)
}

// check fails the test for marked goroutines that do not end. It must be
// called on the goroutine that was marked first.
func (m mark) check(t testing.TB) {
	t.Helper()
	pprof.SetGoroutineLabels(context.Background())
	var left []string
	for deadline := time.Now().Add(grace); ; time.Sleep(time.Millisecond) {
		if left = m.running(); len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			break
		}
	}
	for _, stack := range left {
		t.Errorf("poetest: a goroutine is left at the end of the test:\n%s", stack)
	}
}

// running returns the stacks of the marked goroutines, without those that
// belong to no test: the testing package's, and the one that os/signal starts
// once and never ends.
func (m mark) running() (stacks []string) {
	var b bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&b, 1); err != nil {
		return []string{err.Error()}
	}
	want := strconv.Quote(markLabel) + ":" + strconv.Quote(string(m))
	for _, stack := range strings.Split(b.String(), "\n\n") {
		_, labels, _ := strings.Cut(stack, "# labels: ")
		labels, _, _ = strings.Cut(labels, "\n")
		nobodys := strings.Contains(stack, "testing.tRunner") || strings.Contains(stack, "os/signal.loop")
		if strings.Contains(labels, want) && !nobodys {
			stacks = append(stacks, stack)
		}
	}
	return stacks
}
