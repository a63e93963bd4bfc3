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

// Subscribe sends the active session an event for all that is published under a
// topic, on any node of the cluster, this one included. The event's arguments
// are those that were published, followed by extra; its sender is the one who
// published, or what stands for it. A session that subscribes twice with
// different events gets both. It keeps no session alive and ends with its session.
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

// Unsubscribe ends the active session's subscriptions of a topic. What has been
// posted already still comes.
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
// topic. It is sent once to each node that has any. What one session publishes
// arrives everywhere in that order, at most once. That there is no receiver is no
// error. Otherwise the error joins what is known at once of the nodes that do
// not get it, node.ErrBusy of one that is too slow among them; the others do.
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
	for _, p := range c.peers {
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
