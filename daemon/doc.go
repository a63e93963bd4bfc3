// Package daemon has the small pieces that a program needs to live in the
// background: a log file that can be rotated, a pid file, giving up root's
// privileges, detaching from the terminal, reloading and stopping on signals,
// worker processes that share a listening socket, and systemd's protocols.
//
// Each piece stands alone, and none prints or exits: what a piece finds out is
// returned, and main decides. The order in which a daemon uses them is
//
//	Detach        the background process, unless a supervisor starts it
//	LockPIDFile   only one at a time
//	OpenLog       as root, if need be
//	listen        ports below 1024 need root
//	DropPrivileges then no code that talks to strangers runs as root
//	NewLifecycle  HUP, TERM and INT; run the kernel
//	Ready         to the process that detached, to systemd, to the pool
//
// The guide in docs/daemon.md has a complete program. Processes, pid files and
// privileges are for Unix only; OpenLog, NewLifecycle and Notifier work everywhere.
package daemon
