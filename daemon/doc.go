// Package daemon has what a program needs to run in the background: log files
// that can be rotated, pid files, dropping root's privileges, detaching from the
// terminal, reloading and stopping on signals, worker processes that share
// listening sockets, and systemd's protocols.
//
// Each part can be used alone. None prints or exits; they return errors, and
// main decides. A daemon uses them in this order:
//
//	Detach          start the background process, unless a supervisor does
//	LockPIDFile     ensure that only one runs
//	OpenLog         as root if necessary
//	listen          as root for ports below 1024
//	DropPrivileges  before any code reads from the network
//	NewLifecycle    handle HUP, TERM and INT; then run the kernel
//	Ready           report to the foreground process, systemd or the pool
//
// The guide in docs/daemon.md has a complete program. Processes, pid files and
// privileges are for Unix only; OpenLog, NewLifecycle and Notifier exist on all
// systems.
package daemon
