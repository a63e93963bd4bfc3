//go:build !windows

package servertcp

func socketNumber(fd int) int { return fd }
