// Package node links kernels on several machines, or in several processes of
// one: a session posts to a session on another node as it posts to one of its
// own kernel.
//
//	n, err := node.Start(k, node.Config{
//		Name:   "front",
//		Listen: "10.0.0.1:7700",
//		Peers:  map[string]string{"back": "10.0.0.2:7700"},
//		TLS:    tlsConfig,
//	})
//	...
//	chargen := n.To(node.Address{Node: "back", Alias: "chargen"})
//	err = e.Kernel.Post(chargen, "line", "hello")
//
// On the other node nothing can be reached but what [Node.Expose] names, alias
// by alias and event by event. The sender that a handler there sees stands for
// the session here: what is posted to Event.Sender comes back, if this node has
// exposed an alias of it.
//
// What arrives, arrives once and in the order in which it was posted from one
// node to another; what does not arrive is lost, and the sender's node is notified
// ([Config].Lost) of all that may be. A question and its answer are a
// [Node.Call]. Sessions and nodes are watched with [Node.Watch] and
// [Node.WatchNode]. A node holds back what would not fit into a window, with
// ErrBusy.
//
// Arguments are copied: they travel through a [Codec], so that pointers, IDs
// and handles do not cross. [CBOR] says what does.
//
// Underneath are protoactor-go's remote and grpc, in an actor system of the
// node's own: the actors of the kernel's system cannot be reached from outside.
package node
