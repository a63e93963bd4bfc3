//go:build !linux

package followtail

import "os"

// systemNoWriters reports whether no process has the file open for writing, which this
// system does not tell.
func systemNoWriters(*os.File) bool { return false }

// systemHasWriters reports whether a process has the file open for writing, which
// this system does not tell.
func systemHasWriters(*os.File) bool { return false }
