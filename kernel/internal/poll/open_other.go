//go:build !unix

package poll

// pollers are those of this system. There are no descriptors to watch here:
// every handle is a source that reports itself.
var pollers = map[string]func(Gate) (Poller, error){
	"":         func(gate Gate) (Poller, error) { return NewTimer(gate), nil },
	"portable": func(gate Gate) (Poller, error) { return NewTimer(gate), nil },
}
