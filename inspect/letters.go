package inspect

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gopoe/poe/internal/editdistance"
	"github.com/gopoe/poe/kernel"
)

// maxLetters is how many dead letters are kept with their arguments.
const maxLetters = 100

// letters keeps the last dead letters, so that they can be sent again. It is attached
// to the kernel only if that is allowed, since what the arguments refer to is kept as
// well.
type letters struct {
	mu   sync.Mutex
	last []letter // oldest first
	next uint64
}

// letter is a dead letter. Its number, time and text do not change.
type letter struct {
	kernel.DeadLetter
	number uint64
	at     time.Time
	text   string // of the arguments
}

// SessionStopped, DeadLetters, RunEnded and DeadLetter implement [kernel.Hook].
func (*letters) SessionStopped(kernel.ID) {}
func (*letters) DeadLetters() uint64      { return 0 }
func (*letters) RunEnded()                {}

func (l *letters) DeadLetter(d kernel.DeadLetter) {
	d.Args = slices.Clone(d.Args)
	x := letter{DeadLetter: d, at: time.Now(), text: briefAll(d.Args)}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.next++
	x.number = l.next
	if len(l.last) == maxLetters {
		copy(l.last, l.last[1:])
		l.last = l.last[:maxLetters-1]
	}
	l.last = append(l.last, x)
}

// Letter is a dead letter that can be sent again.
type Letter struct {
	Number    uint64
	To, Event string
	From      string
	Args      string
	At        time.Time
	Nearest   string // an event for which the session has a handler, if a name is similar
}

// listLetters returns the letters that are kept, newest first. The nearest handlers are
// searched on the kernel's goroutine, in slices.
func (i *Inspector) listLetters(ctx context.Context) ([]Letter, error) {
	i.letters.mu.Lock()
	kept := slices.Clone(i.letters.last)
	i.letters.mu.Unlock()
	slices.Reverse(kept)
	all := make([]Letter, 0, len(kept))
	if len(kept) == 0 {
		return all, nil
	}
	err := i.slices(ctx, func() (int, bool) {
		x := kept[len(all)]
		all = append(all, Letter{
			Number: x.number, To: fmt.Sprint(x.To), Event: x.Event, From: x.From.String(), Args: x.text, At: x.at, Nearest: nearestHandler(&x.DeadLetter),
		})
		return stepSize, len(all) < len(kept)
	})
	return all, err
}

// nearestHandler is the name most like that of an event without a handler, if it is
// similar enough.
func nearestHandler(d *kernel.DeadLetter) string {
	id, ok := d.To.(kernel.ID)
	if !ok || !d.Unhandled || !id.Alive() || id.Session() == nil {
		return ""
	}
	best, least := "", len(d.Event)/2+1
	handlers := id.Session().Handlers()
	for _, name := range handlers[:min(len(handlers), showItems)] {
		if d := editdistance.Of(clip(d.Event, 40), clip(name, 40)); d < least {
			best, least = name, d
		}
	}
	return best
}

// resend posts a dead letter again, to another session or as another event if the
// action names one.
func (i *Inspector) resend(a *Action) (any, error) {
	i.letters.mu.Lock()
	at := slices.IndexFunc(i.letters.last, func(x letter) bool { return x.number == a.Letter })
	var x letter
	if at >= 0 {
		x = i.letters.last[at]
	}
	i.letters.mu.Unlock()
	if at < 0 {
		return nil, errNotFound
	}
	to, event := x.To, x.Event
	if a.Event != "" {
		event = a.Event
	}
	if a.To != "" {
		var err error
		if to, err = i.destination(a.To); err != nil {
			return nil, err
		}
	}
	return nil, i.k.Post(to, event, x.Args...)
}
