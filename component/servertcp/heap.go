package servertcp

import "github.com/gopoe/poe/component/internal/tcpconn"

// HeapOf returns the program's state of a connection: the *T in c.Heap. The
// first call creates it, as the zero T. It panics if Heap has been set to a
// value of another type.
//
// POE: the program's own keys in $heap.
func HeapOf[T any](c *Client) *T { return tcpconn.Heap[T](&c.Heap, "servertcp: HeapOf") }
