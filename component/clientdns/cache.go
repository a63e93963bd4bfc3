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
}

type cached struct {
	question question
	message  *dns.Msg
	until    time.Time
}

// get returns an answer that has not expired, or nil.
func (c *cache) get(q question, now time.Time) *dns.Msg {
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

// put keeps an answer.
func (c *cache) put(q question, m *dns.Msg, until time.Time) {
	if c.limit == Unlimited {
		return
	}
	if c.entries == nil {
		c.entries = map[question]*list.Element{}
	}
	if old := c.entries[q]; old != nil {
		c.drop(old)
	}
	c.entries[q] = c.order.PushFront(&cached{q, m, until})
	if c.order.Len() > c.limit {
		c.drop(c.order.Back())
	}
}

func (c *cache) drop(element *list.Element) {
	delete(c.entries, c.order.Remove(element).(*cached).question)
}
