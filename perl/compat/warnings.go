//go:build linux

package compat

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"syscall"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/perl"
)

// warnings is the handler of the kernel's log: what POE warns of in Perl goes to
// $SIG{__WARN__} in POE's words.
type warnings struct{ attrs []slog.Attr }

// Enabled reports whether records of the level are warnings.
func (w *warnings) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }

// WithAttrs returns a handler which adds attributes to each record.
func (w *warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &warnings{append(append([]slog.Attr(nil), w.attrs...), attrs...)}
}

// WithGroup returns w: groups do not matter for the text.
func (w *warnings) WithGroup(string) slog.Handler { return w }

// Handle warns.
func (w *warnings) Handle(_ context.Context, r slog.Record) error {
	attrs := map[string]slog.Value{}
	keep := func(a slog.Attr) bool {
		attrs[a.Key] = a.Value
		return true
	}
	for _, a := range w.attrs {
		keep(a)
	}
	r.Attrs(keep)
	if text := wording(r.Message, attrs); text != "" {
		perl.Warn(text)
	}
	return nil
}

// wording returns POE's text of a warning, "" for one which is given elsewhere.
func wording(message string, attrs map[string]slog.Value) string {
	id, event := numberOf(attrs["session"]), attrs["event"]
	failure := func() string {
		errno := syscall.Errno(attrs["errno"].Int64())
		text := perl.ErrnoText(errno)
		if errno == 0 {
			text = attrs["error"].String()
			if text != "" {
				text = strings.ToUpper(text[:1]) + text[1:]
			}
		}
		return fmt.Sprintf("%v got %s error %d (%s)\n", id, attrs["op"], int(errno), text)
	}
	switch {
	case message == "discarding session: no _start handler", strings.HasPrefix(message, "servertcp: ClientFilter is ignored"):
		return ""
	case message == "event" && attrs["state"].Any() != nil: // of a machine
		return fmt.Sprintf("%v -> %v\n", id, event)
	case message == "event":
		file, line := perl.Name, int64(0)
		if f, known := attrs["file"]; known {
			file, line = f.String(), attrs["line"].Int64()
		}
		return fmt.Sprintf("%v -> %v (from %s at %d)\n", id, event, file, line)
	case message == "event redirected to _default":
		if state, isMachine := attrs["state"]; isMachine {
			return fmt.Sprintf("%v -> %v redirected to EN_DEFAULT in state '%v'\n", id, event, state)
		}
		return fmt.Sprintf("%v -> %v redirected to _default\n", id, event)
	case message == "no handler, and none for _default":
		name := loggable(attrs["session"])
		return fmt.Sprintf("a '%v' event was sent from %s at %d to %s but %s has neither a handler for it nor one for _default\n", event, perl.Name, 0, name, name)
	case message == "redefining a handler":
		if m, isMachine := attrs["machine"]; isMachine {
			id = numberOf(m)
		}
		return fmt.Sprintf("redefining handler for event(%v) for session(%v) at %s line 0.\n", event, id, perl.Name)
	case strings.HasPrefix(message, "servertcp: server got "):
		return fmt.Sprintf("%d: Server %s", os.Getpid(), failure())
	case strings.HasPrefix(message, "servertcp: client got "):
		return fmt.Sprintf("%d: Client session %s", os.Getpid(), failure())
	case strings.HasPrefix(message, "clienttcp: ") && attrs["op"].Kind() == slog.KindString:
		return "Client " + failure()
	}
	var b strings.Builder
	b.WriteString(message)
	for _, key := range []string{"session", "event", "wheel", "file", "error"} {
		if v, has := attrs[key]; has {
			fmt.Fprintf(&b, ", %s %v", key, v)
		}
	}
	return b.String() + "\n"
}

// numberOf returns the number of a session.
func numberOf(v slog.Value) any {
	if id, isID := v.Any().(kernel.ID); isID {
		return number(id)
	}
	return v
}

// loggable returns a session as POE names it in warnings: with its aliases.
func loggable(v slog.Value) string {
	id, isID := v.Any().(kernel.ID)
	if !isID {
		return "session " + v.String()
	}
	name := fmt.Sprintf("session %v", number(id))
	if aliases, err := Kernel().AliasList(id); err == nil && len(aliases) > 0 {
		name += " (" + strings.Join(aliases, ", ") + ")"
	}
	return name
}
