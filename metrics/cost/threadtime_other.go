//go:build !linux

package main

import "time"

var began = time.Now()

// threadTime is the time that has passed, which other programs disturb.
func threadTime() time.Duration { return time.Since(began) }
