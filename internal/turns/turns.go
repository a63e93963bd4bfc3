// Package turns lets components see the number of a kernel's turn where
// Kernel.Stats, which gathers much more, would be asked for every message.
package turns

// Of returns where a kernel, a *kernel.Kernel, counts its turns. Others only read
// the counter, on the kernel's goroutine. Package kernel sets Of as it is
// initialized.
var Of func(kernel any) *uint64
