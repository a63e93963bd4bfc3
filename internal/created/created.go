// Package created lets code that a program imports, and does not call, see its
// kernels.
package created

import "sync"

var (
	mu    sync.Mutex
	hooks []func(kernel any)
)

// Hook makes f be called with every kernel that is made from now on, before
// kernel.New returns, on its goroutine. It is called in init.
func Hook(f func(kernel any)) {
	mu.Lock()
	defer mu.Unlock()
	hooks = append(hooks, f)
}

// Announce calls the hooks with a *kernel.Kernel.
func Announce(kernel any) {
	mu.Lock()
	all := hooks
	mu.Unlock()
	for _, f := range all {
		f(kernel)
	}
}
