package storable

import (
	"fmt"

	"github.com/gopoe/poe/filter"
)

// limitError is the error about a limit that was exceeded at that offset.
func limitError(limit string, max, offset int) error {
	return fmt.Errorf("storable: %w", &filter.LimitError{Limit: limit, Max: int64(max), Offset: int64(offset)})
}
