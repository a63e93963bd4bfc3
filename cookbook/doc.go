// Package cookbook holds programs that people write with POE, each one in Perl
// and in Go. Its test lets the same visitors talk to both.
package cookbook
