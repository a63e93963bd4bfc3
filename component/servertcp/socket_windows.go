package servertcp

import "syscall"

func socketNumber(fd int) syscall.Handle { return syscall.Handle(fd) }
