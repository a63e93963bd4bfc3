// Package model compares this module's kernel with real POE on programs that
// nobody wrote: they are made from a seed, in a small language of posts,
// calls, timers, aliases, references, signals, exceptions and sessions that
// come and go, and run by an interpreter here and by one in Perl. Both have a
// virtual clock, and print a line for every handler and every result.
//
// Real POE leaves the order among siblings to a hash; the Perl interpreter
// makes it the order in which they became children, which is this module's.
package model
