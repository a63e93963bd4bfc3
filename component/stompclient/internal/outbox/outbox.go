// Package outbox has the frames on their way to a message broker: those that wait for
// the connection, and those whose receipt is awaited.
package outbox

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/kernel"
)

// Errors of items.
var (
	ErrLost    = errors.New("stompclient: the connection was lost")
	ErrPending = errors.New("stompclient: too many frames wait")
)

// Item is a frame on its way.
type Item struct {
	Frame       *stomp.Frame
	Transaction string    // empty for none
	By          kernel.ID // gets the receipt
	Event       string    // of By, which brings it; empty for none
	Context     any

	receipt string // its name on the wire
	serial  uint64 // and its number
	alarm   kernel.AlarmID
}

// Config configures a Box. Its functions are called in the component's session.
type Config struct {
	Max     int           // of the frames that wait, of receipts, and of transactions
	Timeout time.Duration // for a receipt
	Late    error         // of a receipt that has not come by then
	// Answer posts the receipt of an item, or why there is none.
	Answer func(i *Item, err error) error
	// Added is called when an item waits.
	Added func()
}

// Box has the items of a component.
type Box struct {
	service      *service.Service
	config       Config
	pending      []*Item          // oldest first
	awaited      map[string]*Item // by the receipt
	transactions map[string]bool  // those that are open, and whether they are lost
	serial       uint64
}

// New returns the empty box of a component.
func New(s *service.Service, c Config) *Box {
	return &Box{service: s, config: c, awaited: map[string]*Item{}, transactions: map[string]bool{}}
}

// Pending returns the number of items that wait, and Awaited that of receipts.
func (b *Box) Pending() int { return len(b.pending) }

// Awaited returns the number of receipts that are awaited.
func (b *Box) Awaited() int { return len(b.awaited) }

// Add has a frame sent. Its transaction must be open.
func (b *Box) Add(i *Item) error {
	lost, open := b.transactions[i.Transaction]
	switch {
	case lost:
		return b.report(i, ErrLost)
	case i.Transaction != "" && !open:
		return notOpen(i.Transaction)
	}
	return b.report(i, b.queue(i))
}

// report reports that a frame is not sent. What is no mistake of the caller is reported
// by the item's event, if there is one.
func (b *Box) report(i *Item, err error) error {
	if i.Event == "" || err != ErrLost && err != ErrPending {
		return err
	}
	return b.config.Answer(i, err)
}

// queue completes a frame and has it wait for its turn.
func (b *Box) queue(i *Item) error {
	if len(b.pending) >= b.config.Max || i.Event != "" && len(b.awaited) >= b.config.Max {
		return ErrPending
	}
	if i.Transaction != "" {
		i.Frame.Add("transaction", i.Transaction)
	}
	if i.Event != "" {
		b.serial++
		i.serial, i.receipt = b.serial, "poe-"+strconv.FormatUint(b.serial, 10)
		i.Frame.Add("receipt", i.receipt)
	}
	if err := i.Frame.Check(); err != nil {
		return err
	}
	if i.Event != "" {
		if err := b.await(i); err != nil {
			return err
		}
	}
	b.pending = append(b.pending, i)
	b.service.In(func(kernel.Event) { b.config.Added() })
	return nil
}

// await has an item's receipt awaited.
func (b *Box) await(i *Item) error {
	if err := b.service.Keep(i.By); err != nil {
		return err
	}
	b.awaited[i.receipt] = i
	b.service.In(func(e kernel.Event) {
		i.alarm, _ = b.service.Kernel.Host().DelayFunc("late", b.config.Timeout, func(kernel.Event) { b.late(i) })
	})
	return nil
}

// late is the end of the time for a receipt. A frame that waits still is not sent.
func (b *Box) late(i *Item) {
	i.alarm = 0
	b.pending = slices.DeleteFunc(b.pending, func(p *Item) bool { return p == i })
	b.answer(i, b.config.Late)
}

// answer ends the wait for a receipt.
func (b *Box) answer(i *Item, err error) {
	if b.awaited[i.receipt] != i {
		return
	}
	delete(b.awaited, i.receipt)
	b.service.RemoveAlarm(&i.alarm)
	_ = b.config.Answer(i, err) // By may have stopped by force
	b.service.Release(i.By)
}

// Next takes the oldest of the frames that wait; there must be one.
func (b *Box) Next() *stomp.Frame {
	i := b.pending[0]
	b.pending[0] = nil
	b.pending = b.pending[1:]
	return i.Frame
}

// Answer ends the wait for the receipt that a frame of the broker names, if it is one
// of the box.
func (b *Box) Answer(f *stomp.Frame, err error) {
	receipt, _ := f.Header("receipt-id")
	if i := b.awaited[receipt]; i != nil {
		b.answer(i, err)
	}
}

// Clear drops the frames that wait, and answers all items with an error.
func (b *Box) Clear(err error) {
	b.pending = nil
	for _, i := range b.inOrder() {
		b.answer(i, err)
	}
}

// inOrder lists the items whose receipts are awaited, oldest first.
func (b *Box) inOrder() []*Item {
	return slices.SortedFunc(maps.Values(b.awaited), func(x, y *Item) int { return cmp.Compare(x.serial, y.serial) })
}
