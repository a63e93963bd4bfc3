// Package turns gives components the number of a kernel's turn at the cost of one
// load. Kernel.Stats has it as well, but gathers all other figures, too.
package turns

// Of returns where a kernel, a *kernel.Kernel, counts its turns. Others only read
// the counter, on the kernel's goroutine. Package kernel sets Of as it is
// initialized.
var Of func(kernel any) *uint64
