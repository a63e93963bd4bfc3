// Package cluster lets sessions be reached by their names alone, on whichever
// node of a cluster they are.
//
//	n, err := node.Start(k, node.Config{Name: "front", Listen: "10.0.0.1:7700", TLS: tls, Strangers: true})
//	c, err := cluster.Join(n, cluster.Config{Seeds: map[string]string{"back": "10.0.0.2:7700"}})
//	...
//	chargen := c.Alias("chargen")
//	err = e.Kernel.Post(chargen, "line", "hello")
//
// A session that calls [Cluster.Claim] owns an alias in the whole cluster. Every
// node has a copy of the directory of owners, so that a post looks no further
// than its own memory. A session that is claimed stays where it is: when its
// node dies the alias has no owner, those who watch it are notified
// ([Cluster.WatchAlias]), and another session may claim it.
//
// Sessions of a [Kind] are virtual: they have names like "room/perl", are
// started where the names hash to when the first event comes, and are stopped
// there when the cluster changes. Whatever they knew is lost then.
//
// [Cluster.Publish] sends an event to all sessions in the cluster that
// subscribed to its topic; [Cluster.WatchMembers] reports nodes that come and
// go.
//
// There is no quorum. Halves of a cluster that cannot see each other continue by
// themselves; when they meet again, one of two owners of an alias keeps it and
// the other is notified, by a rule that is the same everywhere.
//
// Which nodes there are is found out by seeds, or by one of protoactor-go's
// cluster providers, which are given as values so that their dependencies are
// not linked by programs that do not use them. Everything else travels between
// the nodes' own sessions, through the checks and limits of package node.
package cluster
