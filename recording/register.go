package recording

import (
	"reflect"

	"github.com/gopoe/poe/internal/recordfile"
)

// Register registers the type of v, a struct with exported fields or another
// named type, so that its values can be recorded and replayed where they are
// held in an interface, such as the result of a job or an argument of an event
// that another goroutine posts. Call it in an init function. Scalars, strings,
// times, addresses, common errors, and slices and maps of these need no
// registration.
func Register(v any) { recordfile.Register(reflect.TypeOf(v)) }
