package run

// niceOf turns what getpriority returns into a nice value: Linux's system call
// counts from 40 down to 1.
func niceOf(priority int) int { return 20 - priority }
