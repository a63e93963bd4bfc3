package clientdns

import (
	"container/list"
	"time"

	"github.com/miekg/dns"
)

// cache keeps answers until they expire, and the most recently used ones if there
// are too many.
type cache struct {
	limit   int // Unlimited keeps none
	entries map[question]*list.Element
	order   list.List // of *cached, the most recently used first
	seen    time.Time // the time of the last look
}

type cached struct {
	question question
	message  *dns.Msg
	until    time.Time
}

// get returns an answer that has not expired, or nil.
func (c *cache) get(q question, now time.Time) *dns.Msg {
	c.look(now)
	element := c.entries[q]
	if element == nil {
		return nil
	}
	entry := element.Value.(*cached)
	if !now.Before(entry.until) {
		c.drop(element)
		return nil
	}
	c.order.MoveToFront(element)
	return entry.message
}

// look forgets all answers when the time of day was set back: it is not known any
// more how old they are, and they would be kept for too long.
func (c *cache) look(now time.Time) {
	if now.Before(c.seen) {
		clear(c.entries)
		c.order.Init()
	}
	c.seen = now
}

// put keeps an answer for a while.
func (c *cache) put(q question, m *dns.Msg, now time.Time, keep time.Duration) {
	if c.limit == Unlimited {
		return
	}
	c.look(now)
	if c.entries == nil {
		c.entries = map[question]*list.Element{}
	}
	if old := c.entries[q]; old != nil {
		c.drop(old)
	}
	c.entries[q] = c.order.PushFront(&cached{q, m, now.Add(keep)})
	if c.order.Len() > c.limit {
		c.drop(c.order.Back())
	}
}

func (c *cache) drop(element *list.Element) {
	delete(c.entries, c.order.Remove(element).(*cached).question)
}
