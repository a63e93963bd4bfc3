// Package model compares this module's kernel with real POE on programs that
// nobody wrote: they are made from a seed, in a small language of posts,
// calls, timers, aliases, references, signals, exceptions and sessions that
// come and go, and run by an interpreter here and by one in Perl. Both have a
// virtual clock, and print a line for every handler and every result.
//
// Real POE leaves the order among siblings to a hash; the Perl interpreter
// makes it the order in which they became children, which is this module's.
//
// A plain test run compares with traces that are kept in testdata, and, where
// there is a perl with POE, with 200 programs under real POE; -first and
// -seeds choose others, -update lets POE print the kept traces anew. Of the
// first 5,000 programs all agree but that of seed 4838, in which two timers
// meet on the same nanosecond and POE's floating point decides between them.
package model
