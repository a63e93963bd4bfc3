package cron

import (
	"fmt"
	"time"

	"github.com/adhocore/gronx"
)

// nextRun returns the first time after after at which an expression is due, by
// the clocks of a place.
func nextRun(spec string, loc *time.Location, after time.Time) (time.Time, error) {
	segments, err := gronx.Segments(spec)
	if err != nil {
		return time.Time{}, err
	}
	if !gronx.IsValid(spec) {
		return time.Time{}, fmt.Errorf("%q is not a cron expression", spec)
	}
	after = after.In(loc).Truncate(time.Second)
	if segments[2] == "*" { // every hour: real time
		return everyHour(spec, loc, after)
	}
	// What the clocks show, as if they were never changed.
	shown := time.Date(after.Year(), after.Month(), after.Day(), after.Hour(), after.Minute(), after.Second(), 0, time.UTC)
	next, err := gronx.NextTickAfter(spec, shown, false)
	if next, err = checked(spec, shown, next, err); err != nil {
		return time.Time{}, err
	}
	return realTime(next, loc, after), nil
}

// everyHour returns the next time under the offset from UTC that is in force
// then. The first try assumes that it does not change before.
func everyHour(spec string, loc *time.Location, after time.Time) (time.Time, error) {
	for from := after; ; {
		_, offset := from.Zone()
		fixed := from.In(time.FixedZone("", offset))
		next, err := gronx.NextTickAfter(spec, fixed, false)
		if next, err = checked(spec, fixed, next, err); err != nil {
			return time.Time{}, err
		}
		_, end := from.ZoneBounds()
		if end.IsZero() || next.Before(end) {
			return next.In(loc), nil
		}
		_, changed := end.Zone()
		atChange := end.Add(-time.Second).In(time.FixedZone("", changed))
		if next, err = gronx.NextTickAfter(spec, atChange, false); err == nil && next.Equal(end) {
			return end, nil
		}
		from = end
	}
}

func checked(spec string, after, next time.Time, err error) (time.Time, error) {
	if err == nil && !next.After(after) {
		err = fmt.Errorf("%q has no time after %v", spec, after)
	}
	return next, err
}

// realTime returns the moment after after at which the clocks of a place show a
// time. If they skip it, that is the moment of the change; if they show it
// twice, the first of the two that is not over.
func realTime(shown time.Time, loc *time.Location, after time.Time) time.Time {
	at := time.Date(shown.Year(), shown.Month(), shown.Day(), shown.Hour(), shown.Minute(), shown.Second(), 0, loc)
	shows := func(t time.Time) bool {
		return t.Hour() == shown.Hour() && t.Minute() == shown.Minute() && t.Day() == shown.Day()
	}
	start, end := at.ZoneBounds()
	if !shows(at) { // at lies on either side of the change
		if !start.IsZero() && at.Sub(start) < 12*time.Hour {
			return start
		}
		return end
	}
	if !start.IsZero() {
		_, before := start.Add(-1).Zone()
		_, now := at.Zone()
		if first := at.Add(time.Duration(now-before) * time.Second); first.Before(start) && shows(first) && first.After(after) {
			return first
		}
	}
	if !at.After(after) && !end.IsZero() {
		_, later := end.Zone()
		_, now := at.Zone()
		if second := at.Add(time.Duration(now-later) * time.Second); shows(second) && second.After(after) {
			return second
		}
	}
	return at
}
