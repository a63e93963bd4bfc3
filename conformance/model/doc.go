// Package model compares this module's kernel with real POE on programs that
// are generated from a seed, in a small language, and run by an interpreter
// here and by one in Perl. Both have a virtual clock, and print a line for every
// handler and every result. There are three families of programs:
//
//   - kernel: posts, calls, timers, aliases, references, signals, exceptions and
//     sessions that come and go;
//   - handles: several sessions watch several pipes and connections, and add,
//     remove, pause and resume watchers in their handlers, of the same handle and
//     of others that are ready in the same turn;
//   - machines: state machines that sessions make, send events to and move.
//
// Real POE leaves the order among siblings, among handles that are ready at once
// and among the watchers of one handle to a hash; the Perl interpreter makes it
// the order in which they came, which is this module's.
//
// A plain test run compares with traces that are kept in testdata, and, where
// there is a perl with POE, with 200 programs of each family under real POE;
// -first and -seeds choose others, -update lets POE print the kept traces anew.
// Of the first 5,000 programs of the kernel family all agree but that of seed
// 4838, in which two timers meet on the same nanosecond and POE's floating point
// decides between them; the first 2,000 about handles and the first 2,500 about
// machines all agree.
package model
