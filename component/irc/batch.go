package irc

import (
	"strings"
)

// maxBatches bounds how many batches a server may have open.
const maxBatches = 64

// batches are the open batches of IRCv3, by their reference.
type batches map[string]*Batch

// Batch is a group of messages that belong together: a netsplit, for example.
// Each message is an event of its own; [Client.Batch] returns the batch that a
// message is in.
type Batch struct {
	Reference string
	Type      string
	Params    []string
	Parent    *Batch // nil unless it is within another

}

func (b *batches) clear() { *b = nil }

// event opens or closes a batch.
func (b *batches) event(c *Client, m *Message) []*Event {
	reference := m.Param(0)
	if reference == "" {
		return nil
	}
	name := reference[1:]
	if reference[0] == '-' {
		batch := (*b)[name]
		if batch == nil {
			return nil
		}
		delete(*b, name)
		return one("batch_end", []any{name, batch.Type, batch.Params, batch})
	}
	if reference[0] != '+' || len(*b) >= maxBatches || len(m.Params) < 2 {
		return nil
	}
	if *b == nil {
		*b = batches{}
	}
	batch := &Batch{Reference: name, Type: m.Params[1], Params: m.Params[2:], Parent: c.Batch(m)}
	(*b)[name] = batch
	return one("batch_start", []any{name, batch.Type, batch.Params, batch})
}

// Batch returns the batch that m is in, nil if it is in none or the batch has
// ended. If m is nil, it is the message of the current event.
func (c *Client) Batch(m *Message) *Batch {
	if m == nil {
		m = c.message
	}
	if m == nil {
		return nil
	}
	reference, _ := m.Tag("batch")
	return c.batches[strings.TrimSpace(reference)]
}
