package cluster

import (
	"errors"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
)

// Each node has copies of all others' books. It sends each of them what changes
// in its own, one update at a time; the answer says what has been understood,
// and what was not is sent again. A link that goes down takes the copies with
// it on both sides, so that what a node knows of another is never older than
// the link.

// answerTimeout is how long an answer may take on a link that is up.
const answerTimeout = 10 * time.Second

// peer is another node, as far as it is looked for or has come by itself.
type peer struct {
	name    string
	address string
	added   bool // to the node's peers, by the cluster
	dest    kernel.Dest
	up      bool // the link is
	member  bool // its book is known
	missed  int  // how many ticks it has been no member

	// This node's book on its way there.
	round   uint64 // of the link, so that late answers are known
	sending bool
	acked   uint64
	floor   uint64 // version when sending all of it was last begun
	most    int

	// Its book, as it has come.
	boot    uint64
	have    uint64
	entries map[key]entry
	stage   map[key]entry // a book that comes from the start, until it is whole

	// See rulings.go.
	beaten  map[string]bool  // aliases it is sent
	unruled bool             // what it was sent has changed
	rulings map[string]claim // what it has sent
}

// send sends a node what it does not know, or if nothing is new, that it knows
// everything.
func (c *Cluster) send(p *peer) {
	if !p.up || p.sending || p.member && p.acked == c.journal.version && !p.unruled {
		return
	}
	c.sendNow(p)
}

func (c *Cluster) sendNow(p *peer) {
	entries, from, to := c.journal.since(p.acked, p.floor, p.most)
	if from == 0 {
		p.floor = c.journal.floor
	}
	u := update{Boot: c.boot, From: from, To: to, More: to < c.journal.version, Entries: entries, Address: c.n.Addr(), Members: c.some(), Rulings: c.rulings(p)}
	data, err := cbor.Marshal(&u)
	if err == nil {
		c.inside(func() {
			err = c.n.CallTimeout(answerTimeout, node.Address{Node: p.name, Alias: c.alias}, eventUpdate, []any{data}, eventAnswer, p, p.round, from, to)
		})
	}
	if err != nil {
		c.log.Debug("cluster: telling a node later", "node", p.name, "error", err)
		return
	}
	p.sending, p.unruled = true, false
}

// some are members that others may not know, a few at a time in turn.
func (c *Cluster) some() []member {
	var list []member
	all := c.sortedPeers()
	for i := 0; i < len(all) && len(list) < maxTold; i++ {
		if p := all[(c.told+i)%len(all)]; p.member && p.address != "" {
			list = append(list, member{p.name, p.address})
		}
	}
	c.told += len(list)
	return list
}

// answered takes the answer to an update.
func (c *Cluster) answered(e kernel.Event) {
	p, round := e.Arg(2).(*peer), e.Arg(3).(uint64)
	from, to := e.Arg(4).(uint64), e.Arg(5).(uint64)
	if c.peers[p.name] != p || p.round != round {
		return
	}
	p.sending = false
	if p.unruled {
		c.changed()
	}
	err, _ := e.Arg(1).(error)
	var a answer
	if err == nil {
		data, _ := kernel.ArgOK[[]byte](e, 0)
		if err = c.reader.Unmarshal(data, &a); err == nil && a.Refused != "" {
			err = errors.New(a.Refused)
		}
	}
	if errors.Is(err, node.ErrTooLarge) && p.most > 1 {
		p.most /= 2
		c.sendNow(p)
		return
	}
	if err != nil {
		c.log.Debug("cluster: a node did not take an update", "node", p.name, "error", err)
		return // until the next tick
	}
	p.acked = min(a.Have, c.journal.version)
	if p.acked < c.journal.version && (p.acked != from || a.Have == to) {
		c.sendNow(p)
	}
}

// receiveUpdate takes an update in and answers it.
func (c *Cluster) receiveUpdate(from string, data []byte) []byte {
	var a answer
	u, err := readUpdate(c.reader, data)
	if err == nil {
		a.Have, err = c.applyUpdate(from, u)
	}
	if err != nil {
		c.log.Warn("cluster: refusing an update", "node", from, "error", err)
		a.Refused = err.Error()
	}
	reply, err := cbor.Marshal(&a)
	if err != nil {
		c.log.Warn("cluster: answering", "node", from, "error", err)
	}
	return reply
}

// applyUpdate applies an update to what is known of a node, and returns the version
// that this leads to.
func (c *Cluster) applyUpdate(from string, u *update) (have uint64, err error) {
	if !c.finder.admits(from, u.Address) {
		return 0, fmt.Errorf("node %q is not in the cluster as this one sees it", from)
	}
	p := c.addPeer(from, u.Address)
	if u.Boot != p.boot {
		p.boot, p.have, p.stage = u.Boot, 0, nil
	}
	switch {
	case u.From == 0:
		p.stage = map[key]entry{}
	case u.From != p.have:
		return p.have, nil
	}
	if err := c.apply(p, u.Entries); err != nil {
		p.have, p.stage = 0, nil
		return 0, err
	}
	p.have = u.To
	for _, m := range u.Members {
		c.finder.learn(m.Name, m.Address)
	}
	if u.More {
		return p.have, nil
	}
	c.unstage(p)
	c.applyRulings(p, u.Rulings)
	if !p.member {
		p.member, p.missed = true, 0
		c.ringChanged()
		c.notifyMembers(p, nil)
	}
	c.send(p)
	return p.have, nil
}

// apply notes entries, in the book itself or in the one that replaces it.
func (c *Cluster) apply(p *peer, entries []entry) error {
	for _, e := range entries {
		into := p.entries
		if p.stage != nil {
			into = p.stage
		}
		if len(into) >= maxEntries && !e.Gone {
			return fmt.Errorf("more than %d entries", maxEntries)
		}
		switch {
		case p.stage != nil && e.Gone:
			delete(into, e.key())
		case p.stage != nil:
			into[e.key()] = e
		case e.Gone:
			c.forgetEntry(p, e.key())
		default:
			c.note(p, e)
		}
	}
	return nil
}

// unstage puts a whole book in place of what was known.
func (c *Cluster) unstage(p *peer) {
	stage := p.stage
	if stage == nil {
		return
	}
	p.stage = nil
	for _, k := range sortedEntries(p.entries) {
		if _, ok := stage[k]; !ok {
			c.forgetEntry(p, k)
		}
	}
	for _, k := range sortedEntries(stage) {
		e := stage[k]
		if old, ok := p.entries[k]; !ok || old != e {
			c.note(p, e)
		}
	}
}

// note takes what a node says about itself into the directory.
func (c *Cluster) note(p *peer, e entry) {
	e.at = 0
	p.entries[e.key()] = e
	switch e.Class {
	case classAlias:
		c.claimed(e.Name, claim{p.name, e.Epoch, e.Since})
	case classKind:
		c.ringChanged()
	}
}

func (c *Cluster) forgetEntry(p *peer, k key) {
	if _, ok := p.entries[k]; !ok {
		return
	}
	delete(p.entries, k)
	switch k.class {
	case classAlias:
		c.unclaimed(k.name, p.name)
	case classKind:
		c.ringChanged()
	}
}

// tick compares with all nodes, and gives up those that have long been down.
func (c *Cluster) tick() {
	c.wait()
	for _, p := range c.sortedPeers() {
		if p.up && !p.sending {
			c.sendNow(p)
		}
		if p.member {
			continue
		}
		if p.missed++; time.Duration(p.missed)*c.config.Resync > c.config.Forget {
			c.finder.forget(p.name)
		}
	}
}
