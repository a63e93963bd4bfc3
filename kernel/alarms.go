package kernel

import (
	"sort"
	"time"
)

// AlarmID identifies one pending timer, whichever method has set it. The zero
// AlarmID identifies none. IDs are not reused.
type AlarmID uint64

// Timer is a timer that was removed.
type Timer struct {
	Name string
	Time time.Time // when it would have fired
	Args []any
}

// Alarm replaces all timers of that name in the active session, however they
// were set, by one that fires at a time of day; posted events of that name
// stay. A time in the past overtakes events that were queued after it. If the
// system's time of day is set, pending alarms are moved accordingly. The error
// is [ErrInvalid] without a name or with the zero time, for which there is
// [Kernel.AlarmClear].
func (k *Kernel) Alarm(event string, at time.Time, args ...any) error {
	if at.IsZero() {
		return k.fail("Alarm", event, ErrInvalid)
	}
	return k.named("Alarm", event, args, true, func() (int64, bool) { return k.dueAt(at), true })
}

// AlarmAdd is [Kernel.Alarm], but keeps the timers of the same name.
func (k *Kernel) AlarmAdd(event string, at time.Time, args ...any) error {
	if at.IsZero() {
		return k.fail("AlarmAdd", event, ErrInvalid)
	}
	return k.named("AlarmAdd", event, args, false, func() (int64, bool) { return k.dueAt(at), true })
}

// AlarmClear removes all timers of that name from the active session, however
// they were set. It is not an error if there are none. POE: alarm without a
// time.
func (k *Kernel) AlarmClear(event string) error {
	k.checkGoroutine("AlarmClear")
	if event == "" {
		return k.fail("AlarmClear", nil, ErrInvalid)
	}
	k.clearNamed(k.frame.session, event)
	return nil
}

// Delay replaces all timers of that name in the active session by one that
// fires once d has passed, even if the time of day is set meanwhile. A delay of
// 0 queues like Yield; a negative one is in the past and overtakes events that
// were queued since. The error is [ErrInvalid] without a name. Strict mode
// panics at less than a microsecond: Delay("tick", 5) is 5 nanoseconds, not
// Perl's 5 seconds.
func (k *Kernel) Delay(event string, d time.Duration, args ...any) error {
	k.checkDelay("Delay", event, d)
	return k.named("Delay", event, args, true, func() (int64, bool) { return k.readClock() + int64(d), false })
}

// DelayAdd is [Kernel.Delay], but keeps the timers of the same name.
func (k *Kernel) DelayAdd(event string, d time.Duration, args ...any) error {
	k.checkDelay("DelayAdd", event, d)
	return k.named("DelayAdd", event, args, false, func() (int64, bool) { return k.readClock() + int64(d), false })
}

// DelayClear is AlarmClear. POE: delay without a time.
func (k *Kernel) DelayClear(event string) error {
	k.checkGoroutine("DelayClear")
	if event == "" {
		return k.fail("DelayClear", nil, ErrInvalid)
	}
	k.clearNamed(k.frame.session, event)
	return nil
}

// named sets a timer for a method that goes by name. A single timer of the
// name is moved rather than made anew.
func (k *Kernel) named(method, event string, args []any, replace bool, due func() (int64, bool)) error {
	e, err := k.timerOwner(method, event)
	if err != nil {
		return err
	}
	at, wall := due()
	if replace {
		if x := e.onlyTimerNamed(event); x != nil {
			x.gen++ // its old ID is no longer any timer's
			x.args, x.caller, x.wall, x.extra = args, k.frame.event, wall, k.siteExtra()
			if k.debug != nil {
				k.timers.setMark(x, k.debug.observe.mark())
			}
			k.timers.move(x, at, k.nextSeq())
			return nil
		}
		k.clearNamed(e, event)
	}
	k.setTimer(e, event, at, wall, args, nil)
	return nil
}

// AlarmSet sets a timer that fires at a time of day and returns its ID. It
// keeps the timers of the same name. The errors are those of [Kernel.Alarm].
func (k *Kernel) AlarmSet(event string, at time.Time, args ...any) (AlarmID, error) {
	e, err := k.timerOwner("AlarmSet", event)
	if err == nil && at.IsZero() {
		err = k.fail("AlarmSet", event, ErrInvalid)
	}
	if err != nil {
		return 0, err
	}
	return k.setTimer(e, event, k.dueAt(at), true, args, nil).id(), nil
}

// DelaySet sets a timer that fires once d has passed and returns its ID. It
// keeps the timers of the same name. The error is [ErrInvalid] without a name.
func (k *Kernel) DelaySet(event string, d time.Duration, args ...any) (AlarmID, error) {
	k.checkDelay("DelaySet", event, d)
	e, err := k.timerOwner("DelaySet", event)
	if err != nil {
		return 0, err
	}
	return k.setTimer(e, event, k.readClock()+int64(d), false, args, nil).id(), nil
}

// AlarmAdjust moves a pending timer of the active session by d and returns its
// new time. It works on delays, too. The errors are those of
// [Kernel.AlarmRemove].
func (k *Kernel) AlarmAdjust(id AlarmID, d time.Duration) (time.Time, error) {
	x, err := k.ownTimer("AlarmAdjust", id)
	if err != nil {
		return time.Time{}, err
	}
	k.timers.move(x, k.timers.due(x)+int64(d), k.nextSeq())
	return k.wallAt(k.timers.due(x)), nil
}

// DelayAdjust makes a pending timer of the active session fire once d has
// passed from now, and returns its new time. It works on alarms, too. The
// errors are those of [Kernel.AlarmRemove].
func (k *Kernel) DelayAdjust(id AlarmID, d time.Duration) (time.Time, error) {
	x, err := k.ownTimer("DelayAdjust", id)
	if err != nil {
		return time.Time{}, err
	}
	x.wall = false
	k.timers.move(x, k.readClock()+int64(d), k.nextSeq())
	return k.wallAt(k.timers.due(x)), nil
}

// AlarmRemove removes a pending timer of the active session and returns it. The
// error is [ErrInvalid] for the zero ID, [ErrNoAlarm] if the timer has fired or
// was removed, and [ErrNotYours] if it belongs to another session.
func (k *Kernel) AlarmRemove(id AlarmID) (Timer, error) {
	x, err := k.ownTimer("AlarmRemove", id)
	if err != nil {
		return Timer{}, err
	}
	was := Timer{x.name, k.wallAt(k.timers.due(x)), x.args}
	k.dropTimer(x)
	return was, nil
}

// AlarmRemoveAll removes all timers of the active session and returns them in
// the order of their times.
func (k *Kernel) AlarmRemoveAll() []Timer {
	k.checkGoroutine("AlarmRemoveAll")
	e := k.frame.session
	refs := make([]timerRef, 0, e.timerCount)
	for x := range e.allTimers() {
		refs = append(refs, k.timers.heap[x.pos])
	}
	sort.Slice(refs, func(i, j int) bool { return refs[i].before(refs[j].due, refs[j].seq) })
	was := make([]Timer, len(refs))
	for i, r := range refs {
		was[i] = Timer{r.timer.name, k.wallAt(r.due), r.timer.args}
		k.dropTimer(r.timer)
	}
	return was
}

// timerOwner checks that a timer with that name can be set now.
func (k *Kernel) timerOwner(method, event string) (*entry, error) {
	if k.debug != nil {
		k.debug.sending(method, event)
	}
	e := k.frame.session
	switch {
	case event == "":
		return nil, k.fail(method, nil, ErrInvalid)
	case e == k.root || !e.alive():
		return nil, k.fail(method, event, ErrNoActiveSession)
	}
	return e, nil
}

func (k *Kernel) ownTimer(method string, id AlarmID) (*timer, error) {
	k.checkGoroutine(method)
	if id == 0 {
		return nil, k.fail(method, nil, ErrInvalid)
	}
	x := k.timers.find(id)
	if x == nil {
		return nil, k.fail(method, uint64(id), ErrNoAlarm)
	}
	if x.owner != k.frame.session {
		return nil, k.fail(method, uint64(id), ErrNotYours)
	}
	return x, nil
}

func (k *Kernel) setTimer(e *entry, event string, due int64, wall bool, args []any, ext *extra) *timer {
	x := k.timers.get()
	x.owner, x.name, x.args, x.caller = e, event, args, k.frame.event
	x.wall, x.extra = wall, ext
	if ext == nil {
		x.extra = k.siteExtra()
	}
	if k.debug != nil {
		k.timers.setMark(x, k.debug.observe.mark())
	}
	e.addTimer(x)
	k.timers.add(x, due, k.nextSeq())
	k.countQueued(e, e)
	return x
}

// fire dispatches a timer that is due.
func (k *Kernel) fire(x *timer) {
	if k.debug == nil {
		e, name, args, caller, extra := x.owner, x.name, x.args, x.caller, x.extra
		k.unlinkTimer(x)
		k.countDelivered(e, e)
		k.dispatch(e, e, name, args, caller, kindAlarm, extra)
		if k.exception != nil {
			k.stopAll()
		}
		return
	}
	it := &item{dest: x.owner, from: x.owner, name: x.name, args: x.args, caller: x.caller, extra: x.extra, kind: kindAlarm, mark: k.timers.mark(x), due: k.timers.due(x)}
	k.unlinkTimer(x)
	k.debug.deliver(it)
}

func (k *Kernel) unlinkTimer(x *timer) {
	k.timers.remove(x)
	x.owner.removeTimer(x)
	k.timers.put(x)
}

// dropTimer removes a timer that will not fire.
func (k *Kernel) dropTimer(x *timer) {
	e := x.owner
	k.unlinkTimer(x)
	k.countDequeued(e, e)
}

func (k *Kernel) clearNamed(e *entry, event string) {
	for x := e.timerNamed(event); x != nil; x = e.timerNamed(event) {
		k.dropTimer(x)
	}
}

func (k *Kernel) clearTimers(e *entry) {
	for x := range e.allTimers() {
		k.dropTimer(x)
	}
}
