package outbox

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/kernel"
)

// Transact begins the transaction of an item, or ends it: the verb is "begin",
// "commit" or "abort". The item's frame is made here.
func (b *Box) Transact(verb string, i *Item) error {
	name, begins := i.Transaction, verb == "begin"
	lost, open := b.transactions[name]
	switch {
	case begins && open && !lost:
		return fmt.Errorf("stompclient: transaction %q is open: %w", name, kernel.ErrInvalid)
	case begins && len(b.transactions) >= b.config.Max:
		return b.report(i, ErrPending)
	case !begins && !open:
		return notOpen(name)
	}
	i.Frame = stomp.NewFrame(strings.ToUpper(verb))
	if lost && !begins {
		delete(b.transactions, name)
		if verb == "abort" {
			return nil // the broker has done it
		}
		return b.report(i, ErrLost)
	}
	if err := b.queue(i); err != nil {
		return b.report(i, err) // and nothing has changed
	}
	if begins {
		b.transactions[name] = false
	} else {
		delete(b.transactions, name)
	}
	return nil
}

func notOpen(transaction string) error {
	return fmt.Errorf("stompclient: transaction %q is not open: %w", transaction, kernel.ErrInvalid)
}

// Lose answers the receipts that a broken connection owes, and gives its transactions
// up, with their frames that wait.
func (b *Box) Lose() {
	waiting := map[*Item]bool{}
	begun := map[string]bool{} // whose BEGIN waits still
	b.pending = slices.DeleteFunc(b.pending, func(i *Item) bool {
		begun[i.Transaction] = begun[i.Transaction] || i.Frame.Command == "BEGIN"
		gone := i.Frame.Command == "ACK" || i.Frame.Command == "NACK" || i.Transaction != "" && !begun[i.Transaction]
		waiting[i] = !gone
		return gone
	})
	for name := range b.transactions {
		b.transactions[name] = b.transactions[name] || !begun[name]
	}
	for _, i := range b.inOrder() {
		if !waiting[i] {
			b.answer(i, ErrLost)
		}
	}
}
