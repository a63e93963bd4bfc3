//go:build unix && !linux

package run

// niceOf turns what getpriority returns into a nice value, which it is.
func niceOf(priority int) int { return priority }
