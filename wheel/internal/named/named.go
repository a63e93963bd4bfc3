// Package named merges the tables of events that wheels report by, so that all
// of them change their events in the same way.
package named

import "reflect"

// Over is now, with every field that it leaves empty taken from old. Both hold
// structs; if they are of different types, it is now alone. A nil now names
// nothing and leaves old.
func Over[E any](old, now E) E {
	from, to := reflect.ValueOf(old), reflect.ValueOf(now)
	switch {
	case !to.IsValid():
		return old
	case !from.IsValid() || from.Type() != to.Type():
		return now
	}
	merged := reflect.New(to.Type()).Elem()
	for i := range to.NumField() {
		if field := to.Field(i); field.IsZero() {
			merged.Field(i).Set(from.Field(i))
		} else {
			merged.Field(i).Set(field)
		}
	}
	return merged.Interface().(E)
}
