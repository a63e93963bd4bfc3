package inspect

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
)

var errReadOnly = errors.New("this inspector only shows: Config.Actions is not set")

// Action is the body, in JSON, of a POST to the API's action. The other fields are the
// arguments of what Do names:
//
//	post, call     To, Event, Args
//	signal         To, Event, Args: Event is the signal's name
//	stop           To: stops the session
//	operate        To, Event: an operation of a server, such as "drain"
//	trace, untrace To: the session logs its events, or does not any more
//	fire, cancel   Timer
//	dequeue        Slot, ID: removes an event from the queue
//	resend         Letter; To and Event if they are to be others
//	sample         Every: times are taken of one event in so many
//	pause, resume, step, over
//	break          Break
//	unbreak        BreakID
type Action struct {
	Do    string // the name of the action
	To    string // a session's number or alias; except for post, call and signal its number
	Event string
	// Args are converted to the types with which a session of this type got the event
	// first, if its times were taken then; others are as encoding/json has them.
	Args    []any
	Timer   string
	Slot    uint64
	ID      string // of an event
	Letter  uint64 // the number of a dead letter
	Every   int
	Break   *Breakpoint
	BreakID int
}

// actions are what can be done, on the kernel's goroutine but for those of the
// pause.
var actions = map[string]func(i *Inspector, a *Action) (any, error){
	"post": func(i *Inspector, a *Action) (any, error) {
		to, err := i.destination(a.To)
		if err != nil {
			return nil, err
		}
		return nil, i.k.Post(to, a.Event, i.typed(to, a)...)
	},
	"call": func(i *Inspector, a *Action) (any, error) {
		to, err := i.destination(a.To)
		if err != nil {
			return nil, err
		}
		v, err := i.k.Call(to, a.Event, i.typed(to, a)...)
		return show(v), err
	},
	"signal": func(i *Inspector, a *Action) (any, error) {
		to, err := i.destination(a.To)
		if err != nil {
			return nil, err
		}
		return nil, i.k.Signal(to, a.Event, a.Args...)
	},
	"stop": func(i *Inspector, a *Action) (any, error) {
		id, err := i.numbered(a)
		if err != nil {
			return nil, err
		}
		return nil, i.k.Host().StopSession(id)
	},
	"operate": func(i *Inspector, a *Action) (any, error) {
		id, err := i.numbered(a)
		if err != nil {
			return nil, err
		}
		return nil, i.view.Operate(id.Number(), a.Event)
	},
	"trace":   func(i *Inspector, a *Action) (any, error) { return i.option(a, 1) },
	"untrace": func(i *Inspector, a *Action) (any, error) { return i.option(a, nil) },
	"dequeue": func(i *Inspector, a *Action) (any, error) {
		id, err := parseID(a.ID)
		if err != nil {
			return nil, badRequest{errors.New("the field ID is not an event's ID")}
		}
		if !i.view.CancelQueued(a.Slot, observe.ID(id)) {
			return nil, fmt.Errorf("%w: it was dispatched, or is not a posted event", errNotFound)
		}
		return nil, nil
	},
	"resend": (*Inspector).resend,
	"sample": func(i *Inspector, a *Action) (any, error) {
		if a.Every < 1 || a.Every > maxSample {
			return nil, badRequest{fmt.Errorf("the field Every is not from 1 to %d", maxSample)}
		}
		i.sample(a.Every)
		return i.metrics.Snapshot().Sample, nil
	},
	"fire":   func(i *Inspector, a *Action) (any, error) { return i.onTimer(a, i.view.FireTimer) },
	"cancel": func(i *Inspector, a *Action) (any, error) { return i.onTimer(a, i.view.CancelTimer) },
}

// maxSample bounds the interval, in events, at which one is timed.
const maxSample = 1 << 20

// typed returns the arguments of an action with the types that the event has had.
func (i *Inspector) typed(to kernel.Dest, a *Action) []any {
	id, err := i.k.Host().Resolve(to)
	if err != nil {
		return a.Args // the action fails as well
	}
	return i.types.convert(i.view.Type(id.Number()), a.Event, a.Args)
}

// numbered returns the session that an action names by its number.
func (i *Inspector) numbered(a *Action) (kernel.ID, error) {
	n, err := strconv.ParseUint(a.To, 10, 64)
	if err != nil {
		return kernel.ID{}, badRequest{errors.New("the field To is no session's number")}
	}
	return i.k.ByNumber(n)
}

// option sets the option trace of a session, which then logs its events.
func (i *Inspector) option(a *Action, value any) (any, error) {
	id, err := i.numbered(a)
	if err != nil {
		return nil, err
	}
	s, ok := id.Session().(interface{ SetOption(string, any) any })
	if !ok {
		return nil, badRequest{errors.New("a session of this kind has no options")}
	}
	s.SetOption("trace", value)
	return nil, nil
}

func (i *Inspector) onTimer(a *Action, do func(uint64) bool) (any, error) {
	id, err := strconv.ParseUint(a.Timer, 10, 64)
	if err != nil {
		return nil, badRequest{errors.New("the field Timer is not a timer's ID")}
	}
	if !do(id) {
		return nil, errNotFound
	}
	return nil, nil
}

// pauses are the actions that do not need the kernel's goroutine.
var pauses = map[string]func(p *pauser, a *Action) (any, error){
	"pause":  func(p *pauser, _ *Action) (any, error) { p.pause(); return nil, nil },
	"resume": func(p *pauser, _ *Action) (any, error) { return nil, p.resume("") },
	"step":   func(p *pauser, _ *Action) (any, error) { return nil, p.resume("step") },
	"over":   func(p *pauser, _ *Action) (any, error) { return nil, p.resume("over") },
	"break": func(p *pauser, a *Action) (any, error) {
		if a.Break == nil {
			return nil, badRequest{errors.New("the field Break is missing")}
		}
		id, err := p.addBreak(*a.Break)
		if err != nil {
			return nil, badRequest{err}
		}
		return id, nil
	},
	"unbreak": func(p *pauser, a *Action) (any, error) { return nil, p.removeBreak(a.BreakID) },
}

// action does what a POST asks for. A browser cannot send its type of content to
// another site without asking first, which nothing here allows.
func (i *Inspector) action(w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		http.Error(w, "the content is not application/json", http.StatusUnsupportedMediaType)
		return
	}
	var a Action
	if err := json.NewDecoder(r.Body).Decode(&a); err != nil {
		answer(w, nil, badRequest{err})
		return
	}
	v, err := i.act(r, &a)
	i.config.Logger.Info("inspect: action", "do", clip(a.Do, 40), "to", clip(a.To, 80), "event", clip(a.Event, 80), "args", len(a.Args), "timer", clip(a.Timer, 40), "id", clip(a.ID, 40), "letter", a.Letter, "every", a.Every, "from", r.RemoteAddr, "error", err)
	answer(w, map[string]any{"Result": v}, err)
}

func (i *Inspector) act(r *http.Request, a *Action) (v any, err error) {
	pause, known := pauses[a.Do]
	do, other := actions[a.Do]
	switch {
	case !known && !other:
		return nil, badRequest{fmt.Errorf("there is no action %q", clip(a.Do, 40))}
	case !i.config.Actions:
		return nil, errReadOnly
	case known:
		return pause(i.pauser, a)
	}
	if failed := i.onKernel(r.Context(), func() {
		i.view.Outside(func() { v, err = do(i, a) })
	}); failed != nil {
		return nil, failed
	}
	if errors.Is(err, kernel.ErrNoSession) {
		err = fmt.Errorf("%w: %w", errNotFound, err)
	}
	return v, err
}
