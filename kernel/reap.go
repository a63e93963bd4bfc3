package kernel

import (
	"maps"
	"slices"
)

// processWatch is what a wheel wants to happen when a process ends.
type processWatch struct {
	session *entry // nil if nobody is to be told
	event   string
	h       func(e Event, status WaitStatus)
	site    *site
}

func (k *Kernel) sigChildFunc(pid int, event string, h func(e Event, status WaitStatus)) error {
	e := k.frame.session
	switch {
	case pid <= 0 || event == "" || h == nil:
		return callError("SigChildFunc", pid, ErrInvalid)
	case e == k.root || !e.alive():
		return callError("SigChildFunc", pid, ErrNoActiveSession)
	}
	if err := isChild(pid); err != nil {
		return callError("SigChildFunc", pid, err)
	}
	k.signals.waiting++
	k.incRef(e)
	k.watchEnd(pid, processWatch{e, event, h, k.site()})
	return nil
}

func (k *Kernel) reapChild(pid int) {
	if k.signals.forgetKnown(pid) {
		return
	}
	if _, watched := k.signals.pids[pid]; watched {
		k.forgetEnd(pid)
		return
	}
	if isChild(pid) == nil {
		k.watchEnd(pid, processWatch{})
	}
}

func (k *Kernel) watchEnd(pid int, w processWatch) {
	k.forgetEnd(pid)
	if k.signals.ends == nil {
		k.signals.ends = map[int]processWatch{}
	}
	k.signals.ends[pid] = w
	k.signals.catchChildren(k)
}

// forgetEnd takes a watch back and returns it.
func (k *Kernel) forgetEnd(pid int) (processWatch, bool) {
	w, ok := k.signals.ends[pid]
	if !ok {
		return w, false
	}
	delete(k.signals.ends, pid)
	if w.session != nil {
		k.signals.waiting--
		k.decRef(w.session)
	}
	return w, true
}

// processesOf lists the processes that wheels of a session wait for.
func (k *Kernel) processesOf(e *entry) (pids []int) {
	for pid, w := range k.signals.ends {
		if w.session == e {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids
}

// tellEnd queues a wheel's function for a process that has ended.
func (k *Kernel) tellEnd(pid int, status WaitStatus) {
	w, ok := k.signals.ends[pid]
	if ok && w.session != nil && w.session.alive() {
		k.enqueue(w.session, k.root, w.event, nil, kindChild).setHandler(func(e Event) { w.h(e, status) })
	}
	k.forgetEnd(pid)
}

// watchedProcesses lists the processes to look at when a child has ended.
func (s *signalTable) watchedProcesses() []int {
	pids := slices.Collect(maps.Keys(s.pids))
	pids = slices.AppendSeq(pids, maps.Keys(s.ends))
	if s.wantsKnown() {
		for pid, c := range s.known {
			if !c.ended {
				pids = append(pids, pid)
			}
		}
	}
	slices.Sort(pids)
	return slices.Compact(pids)
}
