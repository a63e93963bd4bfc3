//go:build unix

package poetests_test

import (
	"context"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// states is a table of inline states.
type states = session.Funcs

// patience is when a program that hangs is given up.
const patience = 30 * time.Second

// proof is what a test proves its promises with. It counts the assertions.
type proof struct {
	*testing.T
	loop string // which of the kernel's loops to use; empty is the default
	made atomic.Int64
}

// is makes one assertion: p.is().Equal(1, x).
func (p *proof) is() *assert.Assertions {
	p.made.Add(1)
	return assert.New(p.T)
}

// must makes one without which there is no going on.
func (p *proof) must() *require.Assertions {
	p.made.Add(1)
	return require.New(p.T)
}

// ok ends the test if the scaffolding does not stand. It counts as nothing.
func (p *proof) ok(err error) {
	p.Helper()
	require.NoError(p.T, err)
}

// ledger has how many assertions each test has made.
var ledger sync.Map

// once runs a test that has nothing to do with loops.
func once(t *testing.T, test func(p *proof)) {
	p := &proof{T: t}
	test(p)
	p.enter(t)
}

// perLoop runs a test on every loop that the system has. It must make the same
// number of assertions on each.
func perLoop(t *testing.T, test func(p *proof)) {
	loops := []string{""}
	if runtime.GOOS == "linux" {
		loops = []string{"epoll", "portable"}
	}
	for _, loop := range loops {
		t.Run(loop, func(sub *testing.T) {
			p := &proof{T: sub, loop: loop}
			test(p)
			p.enter(t)
		})
	}
}

// enter writes down the assertions of a test that has come to its end.
func (p *proof) enter(t *testing.T) {
	made := int(p.made.Load())
	if before, ok := ledger.Swap(t.Name(), made); ok && before != made && !p.Failed() {
		p.Errorf("%d assertions, but %d on another loop", made, before)
	}
}

// kernel makes a kernel that looks after its books.
func (p *proof) kernel(options ...kernel.Options) *kernel.Kernel {
	var o kernel.Options
	if len(options) > 0 {
		o = options[0]
	}
	o.Loop = p.loop
	o.Assert.Data, o.Assert.Usage, o.Assert.Files = true, true, true
	return kernel.New(o)
}

// virtual makes a kernel on which time passes at once. It is for programs
// without handles and processes.
func (p *proof) virtual() *kernel.Kernel {
	return p.kernel(kernel.Options{Clock: &poetest.Clock{}})
}

// start makes a session.
func (p *proof) start(k *kernel.Kernel, s states, args ...any) kernel.ID {
	p.Helper()
	made, err := session.Inline(k, s, args...)
	p.ok(err)
	return made.ID()
}

// run runs a kernel until nothing is left.
func (p *proof) run(k *kernel.Kernel) {
	p.Helper()
	p.ok(p.end(k))
}

// end is run for programs that end with an error, which it returns.
func (p *proof) end(k *kernel.Kernel) error {
	p.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	var alive strings.Builder // what was there when patience had come to its end
	late := time.AfterFunc(patience+patience/2, func() {
		_ = k.Outside().Do(ctx, func(k *kernel.Kernel) { _ = k.DumpAlive(&alive) }) // only for the report
	})
	defer late.Stop()
	err := k.RunContext(ctx)
	if ctx.Err() != nil {
		p.Fatal("the program hangs:\n", alive.String())
	}
	require.Zero(p.T, k.Stats().Sessions, "sessions are left")
	require.Zero(p.T, k.Stats().Handles, "handles are left")
	return err
}

// nothing is a handler that does nothing.
func nothing(kernel.Event) {}

// file is the path of a file of the test's own, with a text in it.
func (p *proof) file(text string) string {
	f, err := os.CreateTemp(p.TempDir(), "poe")
	p.ok(err)
	_, err = f.WriteString(text)
	p.ok(err)
	p.ok(f.Close())
	return f.Name()
}

// numbers counts things by name.
type numbers map[string]int
