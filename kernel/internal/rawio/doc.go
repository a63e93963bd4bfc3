// Package rawio reads and writes non-blocking descriptors.
//
// On Linux descriptors are read and written with raw system calls, which spare the
// scheduler's bookkeeping. That is safe because the descriptors never block.
// Sockets have calls of their own, which go past the system's layer of files:
// that saves a twentieth of what a short message costs. The others take no
// notice of the arguments that only these have. A socket that is gone raises
// SIGPIPE, as in POE; unless a session watches for it that has no effect.
package rawio
