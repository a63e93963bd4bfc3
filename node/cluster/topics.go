package cluster

import (
	"errors"
	"fmt"
	"slices"

	"github.com/gopoe/poe/kernel"
)

// subscription is a session that is notified of a topic.
type subscription struct {
	c     *Cluster
	topic string
	who   subscriber
	owned kernel.Owned
}

// Subscribe sends the active session an event for each Publish under a topic,
// on any node of the cluster, this one included. The event's arguments are the
// published ones, followed by extra; its sender is the publisher, or represents
// it as in package node. A session that subscribes with two events gets both;
// with the same event again, extra is replaced. A subscription keeps no session
// alive and ends with its session. The error is ErrLeft,
// kernel.ErrNoActiveSession or kernel.ErrInvalid.
func (c *Cluster) Subscribe(topic, event string, extra ...any) error {
	who, err := c.subscriber(event, extra)
	if err == nil && (topic == "" || len(topic) > maxName) {
		err = kernel.ErrInvalid
	}
	if err != nil {
		return callError("Subscribe", topic, err)
	}
	s := &subscription{c: c, topic: topic, who: who}
	for _, old := range c.topics[topic] {
		if old.who.id == who.id && old.who.event == event {
			old.who.extra = extra
			return nil
		}
	}
	if s.owned, err = c.k.Host().Own(s, "topic "+topic); err != nil {
		return callError("Subscribe", topic, err)
	}
	if len(c.topics[topic]) == 0 {
		c.journal.set(entry{Class: classTopic, Name: topic})
		c.changed()
	}
	c.topics[topic] = append(c.topics[topic], s)
	return nil
}

// Unsubscribe ends the active session's subscriptions to a topic. Events that
// have been posted already are still delivered.
func (c *Cluster) Unsubscribe(topic string) {
	id := c.k.ActiveSession()
	for _, s := range c.topics[topic] {
		if s.who.id == id {
			s.owned.Release()
			s.end()
		}
	}
}

// Close is called by the kernel when the session has stopped.
func (s *subscription) Close() error {
	s.end()
	return nil
}

// end takes a subscription out. The list is copied: a caller may be going
// through it.
func (s *subscription) end() {
	c := s.c
	c.topics[s.topic] = slices.DeleteFunc(slices.Clone(c.topics[s.topic]), func(o *subscription) bool { return o == s })
	if len(c.topics[s.topic]) == 0 {
		delete(c.topics, s.topic)
		c.journal.remove(key{classTopic, s.topic})
		c.changed()
	}
}

// Publish posts an event to all sessions in the cluster that subscribed to a
// topic. It is sent once to each node that has any. Events of one publisher
// arrive in the order in which they were published, at most once. If there is
// no subscriber, the error is nil. Otherwise it joins the errors, as far as
// they are known at once, of the nodes to which the event could not be sent,
// for instance node.ErrBusy; the other nodes get the event.
func (c *Cluster) Publish(topic string, args ...any) error {
	switch {
	case c.ended:
		return callError("Publish", topic, ErrLeft)
	case topic == "" || len(topic) > maxName:
		return callError("Publish", topic, kernel.ErrInvalid)
	}
	for _, s := range c.topics[topic] {
		s.who.notify(c.k, args)
	}
	var news []any
	var failed error
	for _, p := range c.sortedPeers() {
		if _, ok := p.entries[key{classTopic, topic}]; !ok {
			continue
		}
		if news == nil {
			news = append([]any{topic}, args...)
		}
		if err := c.k.Post(p.dest, eventNews, news...); err != nil {
			failed = errors.Join(failed, fmt.Errorf("node %s: %w", p.name, err))
		}
	}
	if failed != nil {
		return callError("Publish", topic, failed)
	}
	return nil
}

// receiveNews hands what another node has sent to the subscribers here, as its
// sender.
func (c *Cluster) receiveNews(e kernel.Event) {
	topic, ok := kernel.ArgOK[string](e, 0)
	list := c.topics[topic]
	if !ok || len(list) == 0 {
		return
	}
	err := c.k.Host().CallFunc(e.Sender, "news", func(kernel.Event) {
		for _, s := range list {
			s.who.notify(c.k, e.Args[1:])
		}
	})
	if err != nil {
		c.log.Debug("cluster: news of a session that is gone", "topic", topic, "error", err)
	}
}
