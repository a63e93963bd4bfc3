// Package syscalltest makes the system calls of a kernel fail, one after the
// other, and checks that a failure is reported and harms nothing else.
//
// The kernel runs in a process of its own, the test's binary started again, on a
// thread of its own, the only one that strace attaches to: the peers, which are
// other goroutines of that process, and Go's runtime are not affected. A first
// pass records which calls the operation makes; then every one of them fails in
// turn, with every error that the call may give.
package syscalltest
