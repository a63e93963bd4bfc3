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
// The other node can reach only what [Node.Expose] names, alias by alias and
// event by event. The sender that a handler there sees stands for the session
// here: an event posted to Event.Sender reaches that session, if this node has
// exposed an alias of it.
//
// An event arrives at most once, and events from one node to another arrive in
// the order in which they were posted. Events that do not arrive are lost; the
// sender's node reports all that are, or may be, to [Config].Lost. [Node.Call]
// sends an event and returns its answer as another event. Sessions and nodes
// are watched with [Node.Watch] and [Node.WatchNode]. Flow control is by a
// window: a post that exceeds it fails with ErrBusy.
//
// Arguments are copied: they are encoded by a [Codec], so that pointers, IDs
// and handles cannot be sent. [CBOR] documents which values can.
//
// The transport is protoactor-go's remote over grpc, in an actor system of the
// node's own: actors of the kernel's system cannot be reached from outside.
package node
