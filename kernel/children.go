package kernel

import (
	"slices"
	"strconv"
)

// WaitStatus is how a process ended, in the system's encoding, as Perl's $?:
// the exit code in the upper byte, the signal that killed it in the lower. It
// is -1 if somebody else has waited for the process.
type WaitStatus int

// ExitCode returns the exit code, 0 for a process that was killed.
func (w WaitStatus) ExitCode() int { return int(w>>8) & 0xff }

// Signal returns the number of the signal that killed the process, 0 if none
// did.
func (w WaitStatus) Signal() int { return int(w & 0x7f) }

// String tells how the process ended.
func (w WaitStatus) String() string {
	if sig := w.Signal(); sig != 0 {
		return "signal " + strconv.Itoa(sig)
	}
	return "exit code " + strconv.Itoa(w.ExitCode())
}

// SigChild makes the active session get an event, once, when a child process
// ends: its arguments are "CHLD", the process's ID (an int), its [WaitStatus],
// and then args. It keeps the session alive until then. A process that has
// ended already is reported all the same. Registering the process again
// replaces the watcher. The kernel waits for each process by its ID, so nobody
// else should: not os/exec's Wait either. The error is ErrNoChild if the
// process is no child of this one, or has been waited for already.
//
// Sessions that watch the signal "CHLD" with Sig get it, with the process's ID
// and status, after the events of SigChild.
func (k *Kernel) SigChild(pid int, event string, args ...any) error {
	e := k.frame.session
	switch {
	case pid <= 0 || event == "":
		return k.fail("SigChild", pid, ErrInvalid)
	case e == k.root || !e.alive():
		return k.fail("SigChild", pid, ErrNoActiveSession)
	}
	if c := k.signals.known[pid]; c != nil && c.ended {
		k.enqueue(e, k.root, event, append([]any{"CHLD", pid, c.status}, args...), kindChild)
		return nil
	}
	if err := k.watchProcess(pid); err != nil {
		return k.fail("SigChild", pid, err)
	}
	r := e.more()
	if r.pids == nil {
		r.pids = map[int]pidWatch{}
	}
	if _, again := r.pids[pid]; !again {
		k.signals.pids[pid] = append(k.signals.pids[pid], e)
		k.incRef(e)
	}
	r.pids[pid] = pidWatch{event, args, k.site()}
	return nil
}

// SigChildClear removes the active session's watcher for a process; none is
// fine. POE: sig_child without an event.
func (k *Kernel) SigChildClear(pid int) { k.sigChildClear(k.frame.session, pid) }

func (k *Kernel) sigChildClear(e *entry, pid int) {
	if e.rare == nil {
		return
	}
	if _, ok := e.rare.pids[pid]; !ok {
		return
	}
	delete(e.rare.pids, pid)
	watchers := slices.DeleteFunc(k.signals.pids[pid], func(w *entry) bool { return w == e })
	if len(watchers) == 0 {
		delete(k.signals.pids, pid)
		k.signals.waiting--
	} else {
		k.signals.pids[pid] = watchers
	}
	k.decRef(e)
}

// watchProcess makes sure that the end of a process is noticed.
func (k *Kernel) watchProcess(pid int) error {
	if _, ok := k.signals.pids[pid]; ok {
		return nil
	}
	if err := isChild(pid); err != nil {
		return err
	}
	if k.signals.pids == nil {
		k.signals.pids = map[int][]*entry{}
	}
	k.signals.pids[pid] = nil
	k.signals.waiting++
	k.signals.catchChildren(k)
	return nil
}

// reap looks at all watched processes, after the system has said that some
// child has ended, and queues the events for those that have.
func (k *Kernel) reap() {
	for _, pid := range k.signals.watchedProcesses() {
		if status, ended := waitFor(pid); ended {
			k.processEnded(pid, status)
		}
	}
}

func (k *Kernel) processEnded(pid int, status WaitStatus) {
	sessions := k.signals.pids[pid]
	if k.debug != nil {
		k.debug.log(TraceSignals, "process has ended", "pid", pid, "status", status, "watchers", len(sessions))
	}
	for _, e := range slices.Clone(sessions) {
		w := e.rare.pids[pid]
		k.enqueue(e, k.root, w.event, append([]any{"CHLD", pid, status}, w.args...), kindChild)
		k.sigChildClear(e, pid)
	}
	k.tellEnd(pid, status)
	k.signals.knownEnded(pid, status)
	k.enqueue(k.root, k.root, "_signal", []any{"CHLD", pid, status}, kindSignal)
}
