package tcpconn

import "fmt"

// Heap returns the *T in a connection's heap, which it makes if there is
// nothing. It panics if the heap has a value of another type.
func Heap[T any](heap *any, caller string) *T {
	switch h := (*heap).(type) {
	case nil:
		made := new(T)
		*heap = made
		return made
	case *T:
		return h
	default:
		panic(fmt.Sprintf("%s: Client.Heap is %T, not %T", caller, h, (*T)(nil)))
	}
}
