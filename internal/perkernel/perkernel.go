// Package perkernel lets one package keep something for each kernel that it is used
// with.
package perkernel

// Wheels returns where package wheel/readwrite keeps what its wheels in a kernel, a
// *kernel.Kernel, share. It is used on the kernel's goroutine. Package kernel sets
// Wheels as it is initialized.
var Wheels func(kernel any) *any
