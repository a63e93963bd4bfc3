// Package cluster addresses sessions by their names alone, on whichever node of
// a cluster they are.
//
//	n, err := node.Start(k, node.Config{Name: "front", Listen: "10.0.0.1:7700", TLS: tls, Strangers: true})
//	c, err := cluster.Join(n, cluster.Config{Seeds: map[string]string{"back": "10.0.0.2:7700"}})
//	...
//	chargen := c.Alias("chargen")
//	err = e.Kernel.Post(chargen, "line", "hello")
//
// A session that calls [Cluster.Claim] owns an alias in the whole cluster.
// Every node has a copy of the directory of owners, so that a post needs no
// look-up on another node. The session itself does not move: when its node dies
// the alias has no owner, its watchers are notified ([Cluster.WatchAlias]), and
// another session may claim it.
//
// Sessions of a [Kind] are virtual: they have names like "room/perl", are
// started on the node that the name hashes to when the first event comes, and
// are stopped when it hashes to another one. Their state is lost then.
//
// [Cluster.Publish] sends an event to all sessions in the cluster that
// subscribed to its topic; [Cluster.WatchMembers] reports nodes that join and
// leave.
//
// There is no quorum. The parts of a cluster whose network is partitioned
// continue independently; when they can communicate again, one of two owners of
// an alias keeps it and the other is notified, by a rule that is the same on
// all nodes.
//
// Nodes find each other by seeds, or by one of protoactor-go's cluster
// providers, which are values so that programs that do not use them do not link
// their dependencies. All other communication is between the nodes' own
// sessions, through the checks and limits of package node.
package cluster
