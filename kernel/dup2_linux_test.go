package kernel_test

import "golang.org/x/sys/unix"

// dup2 is dup3 where dup2 is missing.
func dup2(from, to int) error { return unix.Dup3(from, to, unix.O_CLOEXEC) }
