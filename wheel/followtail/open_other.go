//go:build !unix

package followtail

const nonBlocking = 0
