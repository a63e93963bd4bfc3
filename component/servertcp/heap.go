package servertcp

import "github.com/gopoe/poe/component/internal/tcpconn"

// HeapOf returns the program's state of a connection: the *T in c.Heap. At the
// first call it is made, as the zero T. It panics if Heap has been set to a value
// of another type.
//
// POE: $heap, of which the program uses the members that the component does not.
func HeapOf[T any](c *Client) *T { return tcpconn.Heap[T](&c.Heap, "servertcp: HeapOf") }
