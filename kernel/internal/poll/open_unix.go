//go:build unix && !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package poll

// pollers are those of this system.
var pollers = map[string]func(Gate) (Poller, error){
	"":         newPollSet,
	"portable": newPollSet,
}
