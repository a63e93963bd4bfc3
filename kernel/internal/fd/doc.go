// Package fd reads, writes and accepts on non-blocking descriptors.
//
// On Linux that is done with raw system calls, which spare the scheduler's
// bookkeeping. It is safe because the descriptors never block. Sockets have
// calls of their own, which bypass the system's layer of files: that saves a
// twentieth of what a short message costs. The others ignore the arguments that
// only these have. Writing to a socket whose peer is gone raises SIGPIPE, as in
// POE; that has no effect unless a session watches for it.
package fd
