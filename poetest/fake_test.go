package poetest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// fakeTB is a test that may fail without failing the real one.
type fakeTB struct {
	testing.TB
	failures []string
	logged   []string
	cleanups []func()
}

func (f *fakeTB) Helper()                   {}
func (f *fakeTB) Failed() bool              { return len(f.failures) > 0 }
func (f *fakeTB) Log(args ...any)           { f.logged = append(f.logged, fmt.Sprint(args...)) }
func (f *fakeTB) Error(args ...any)         { f.failures = append(f.failures, fmt.Sprint(args...)) }
func (f *fakeTB) Errorf(s string, a ...any) { f.failures = append(f.failures, fmt.Sprintf(s, a...)) }
func (f *fakeTB) Cleanup(do func())         { f.cleanups = append(f.cleanups, do) }
func (f *fakeTB) Fatal(args ...any)         { f.Error(args...); runtime.Goexit() }
func (f *fakeTB) Fatalf(s string, a ...any) { f.Errorf(s, a...); runtime.Goexit() }
func (f *fakeTB) text() string              { return strings.Join(f.failures, "\n") }

// end runs what was left for the end of the test.
func (f *fakeTB) end() {
	for i := len(f.cleanups) - 1; i >= 0; i-- {
		f.cleanups[i]()
	}
	f.cleanups = nil
}
