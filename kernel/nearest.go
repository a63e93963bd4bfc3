package kernel

import (
	"strings"

	"github.com/gopoe/poe/internal/editdistance"
)

// nearest finds the name that differs least, if it is similar enough.
func nearest(name string, names []string) string {
	best, least := "", len(name)/2+1
	for _, n := range names {
		if d := editdistance.Of(strings.ToLower(name), strings.ToLower(n)); d < least {
			best, least = n, d
		}
	}
	return best
}
