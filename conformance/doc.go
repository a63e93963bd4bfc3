// Package conformance holds small Perl POE programs, the trace that real POE
// prints for each, and a Go port of each. One test runs all ports and compares
// their output with the traces byte by byte.
//
// The ports print what the Perl programs print, line by line, by doing what
// they do; nothing of a trace is written down in a port, save through
// notInGo, which is counted: a line about a mistake that does not compile.
package conformance
