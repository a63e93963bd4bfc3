// Package ikc speaks POE::Component::IKC, the inter-kernel communication of
// POE programs in Perl: a Go kernel and a Perl kernel post to each other's
// sessions.
//
//	r, err := ikc.Start(k, ikc.Config{Name: "Go"})
//	...
//	err = r.Publish("chat", "said")                                   // who may be reached
//	_, err = r.Listen(ikc.ServerConfig{Address: "127.0.0.1", Port: 9030}) // be a server,
//	_, err = r.Connect(ikc.ClientConfig{Address: "perl", Port: 9030})     // or a client, or both
//
// and in any handler
//
//	err = e.Kernel.Post(ikc.URL("poe://Perl/chat"), "said", "hello")
//	_, err = r.Call("poe://Perl/timeserver/time", nil, "got_time")
//
// Another kernel can reach only what [Responder.Publish] names, session by
// session and event by event. The sender that a handler sees represents the
// session on the other kernel: an event posted to Event.Sender is sent there,
// if that session has published anything.
//
// Servers and clients differ only in who connects. The connection begins with
// lines, in the newer form of the negotiation (IKC0) or the older, and
// continues with values in the format of the Reference filter. Their serializer
// is negotiated: it is Storable unless [Config].Freezers is set.
//
// Arguments are copied: scalars, slices, maps and structs are encoded as
// package [github.com/gopoe/poe/filter/storable] describes. An event arrives
// once, in order, or not at all; only monitors learn of a connection that was
// lost, and with it events.
//
// IKC has no authentication: anyone who can connect can reach what is published.
// Listen on loopback, or use [ServerConfig].TLS with client certificates. All
// functions and methods belong to the kernel's goroutine.
package ikc
