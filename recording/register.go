package recording

import (
	"reflect"

	"github.com/gopoe/poe/internal/recordfile"
)

// Register makes values of the type of v, a struct with exported fields or another
// named type, something that is recorded and replayed as what it is where it is
// held in an interface: as the result of a job, as an argument of an event that
// another goroutine posts. It is called in an init function. Scalars, strings,
// times, addresses, usual errors, and lists and maps of such need no registration.
func Register(v any) { recordfile.Register(reflect.TypeOf(v)) }
