//go:build !linux

// Attack runs hostile peers against servers. It is for Linux.
package main

import "log"

func main() { log.Fatal("attack: reads the server's memory from /proc, which needs Linux") }
