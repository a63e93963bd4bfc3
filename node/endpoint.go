package node

import (
	"fmt"
	"strconv"
	"strings"
)

// The library has one connection for each target, and says of a connection that
// has ended only what its target was. So each has a target of its own: the
// address with a number in front. The end of a former connection, noticed late,
// is then not taken for that of its successor, by this package or by the library.

// targetPrefix makes a target of an endpoint: gRPC is to give it to dial as it is.
const targetPrefix = "passthrough:///"

// newEndpoint names the next connection of a link.
func (t *library) newEndpoint(l *link) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lastNumber++
	endpoint := strconv.FormatUint(t.lastNumber, 10) + "@" + l.address
	t.endpoints[endpoint] = l
	return endpoint
}

// removeEndpoint forgets the endpoint of a target and returns the link that used it,
// nil if none does any more.
func (t *library) removeEndpoint(target string) *link {
	endpoint := strings.TrimPrefix(target, targetPrefix)
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.endpoints[endpoint]
	delete(t.endpoints, endpoint)
	return l
}

// linkAt returns the link that uses an endpoint, nil if none does any more.
func (t *library) linkAt(endpoint string) *link {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.endpoints[endpoint]
}

// disconnected notes that the connection with that target has ended: the next
// frame has another made.
func (l *link) disconnected(target string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.data != nil && l.data.Address == target {
		l.data = nil
	}
	if l.control != nil && l.control.Address == target {
		l.control = nil
	}
	l.fall(errNoConnection)
}

var errNoConnection = fmt.Errorf("%w: no connection", ErrUnreachable)
