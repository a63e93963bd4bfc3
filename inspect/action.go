package inspect

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strconv"

	"github.com/gopoe/poe/kernel"
)

var errReadOnly = errors.New("this inspector only shows: Config.Actions is not set")

// Action is the body, in JSON, of a POST to the API's action. Do is "post",
// "call", "signal", "stop", "fire", "cancel", "pause", "resume", "step",
// "over", "break" or "unbreak"; the other fields are the action's arguments.
type Action struct {
	Do      string // the name of the action
	To      string // a session's number or alias; for "stop" its number
	Event   string // or the signal's name
	Args    []any  // numbers arrive as float64, as encoding/json has them
	Timer   string
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
		return nil, i.k.Post(to, a.Event, a.Args...)
	},
	"call": func(i *Inspector, a *Action) (any, error) {
		to, err := i.destination(a.To)
		if err != nil {
			return nil, err
		}
		v, err := i.k.Call(to, a.Event, a.Args...)
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
		n, err := strconv.ParseUint(a.To, 10, 64)
		if err != nil {
			return nil, badRequest{errors.New("the field To is no session's number")}
		}
		id, err := i.k.ByNumber(n)
		if err != nil {
			return nil, err
		}
		return nil, i.k.Host().StopSession(id)
	},
	"fire":   func(i *Inspector, a *Action) (any, error) { return i.onTimer(a, i.view.FireTimer) },
	"cancel": func(i *Inspector, a *Action) (any, error) { return i.onTimer(a, i.view.CancelTimer) },
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
	i.config.Logger.Info("inspect: action", "do", clip(a.Do, 40), "to", clip(a.To, 80), "event", clip(a.Event, 80), "args", len(a.Args), "from", r.RemoteAddr, "error", err)
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
