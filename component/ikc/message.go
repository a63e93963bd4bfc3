package ikc

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gopoe/poe/filter/storable"
)

// proxyState in place of an event's name says that the parameters are the name
// and all arguments.
const proxyState = "IKC:proxy"

// message is what kernels send each other: an event for a session.
type message struct {
	to      Specifier
	params  any        // the argument, or a name and a list with proxyState
	rsvp    *Specifier // where the answer goes
	list    bool       // the answer is to be a list
	from    *Specifier // where the sender can be reached
	isError bool       // it reports an error, which must not be answered with another
}

// record is the hash that travels.
func (m *message) record() map[string]any {
	r := map[string]any{"event": m.to.record(), "params": m.params}
	if m.rsvp != nil {
		r["rsvp"] = m.rsvp.record()
	}
	if m.list {
		r["wantarray"] = 1
	}
	if m.from != nil {
		r["from"] = m.from.record()
	}
	if m.isError {
		r["is_error"] = 1
	}
	return r
}

// parseMessage reads what has come. The message is there even with an error,
// as far as it could be read, unless it is no hash at all.
func parseMessage(record any) (*message, error) {
	r, ok := unbless(record).(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%w: it is %T, not a hash", ErrMessage, record)
	}
	m := &message{params: r["params"], list: truth(r["wantarray"]), isError: truth(r["is_error"])}
	var err error
	if m.from, err = optionalSpecifier(r, "from"); err != nil {
		return m, err
	}
	if m.rsvp, err = optionalSpecifier(r, "rsvp"); err != nil {
		return m, err
	}
	m.to, err = specifierOf(r["event"])
	if err == nil && (m.to.Session == "" || m.to.State == "") {
		err = ErrSpecifier
	}
	if err != nil {
		return m, fmt.Errorf("%w: event: %w", ErrMessage, err)
	}
	return m, nil
}

func optionalSpecifier(r map[string]any, field string) (*Specifier, error) {
	if !truth(r[field]) {
		return nil, nil
	}
	s, err := specifierOf(r[field])
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrMessage, field, err)
	}
	return &s, nil
}

// specifierOf reads a specifier in either of its forms, text and hash.
func specifierOf(v any) (s Specifier, err error) {
	switch v := unbless(v).(type) {
	case string:
		if !strings.HasPrefix(v, "poe:") && !strings.HasPrefix(v, "//") {
			v = "poe:/" + v // a session and an event
		}
		return ParseSpecifier(v)
	case map[string]any:
		for _, part := range []struct {
			key  string
			into *string
		}{{"kernel", &s.Kernel}, {"session", &s.Session}, {"state", &s.State}, {"args", &s.Arg}} {
			text, ok := scalarText(v[part.key])
			if !ok {
				return Specifier{}, fmt.Errorf("%w: %s is %T", ErrSpecifier, part.key, v[part.key])
			}
			*part.into = text
		}
		if s.valid() {
			return s, nil
		}
	}
	return Specifier{}, ErrSpecifier
}

// arguments are the event's name and its arguments.
func (m *message) arguments() (event string, args []any, err error) {
	event, args = m.to.State, []any{m.params}
	if event == proxyState {
		if event, args, err = proxied(m.params); err != nil {
			return "", nil, err
		}
	}
	if m.to.Arg != "" {
		args = append(args, m.to.Arg)
	}
	return event, args, nil
}

// proxied reads the parameters of an event that was posted to a proxy.
func proxied(params any) (event string, args []any, err error) {
	list, ok := params.([]any)
	if ok = ok && len(list) >= 1; ok {
		event, ok = scalarText(list[0])
	}
	if !ok || event == "" || len(event) > maxName {
		return "", nil, fmt.Errorf("%w: %s needs a name and a list", ErrMessage, proxyState)
	}
	if len(list) > 1 && list[1] != nil {
		if args, ok = list[1].([]any); !ok {
			return "", nil, fmt.Errorf("%w: the arguments of %s are %T, not a list", ErrMessage, proxyState, list[1])
		}
	}
	return event, args, nil
}

// unbless takes the class from an object.
func unbless(v any) any {
	if o, ok := v.(*storable.Object); ok {
		return o.Value
	}
	return v
}

// scalarText is a scalar as Perl would write it; undef is empty.
func scalarText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case []byte:
		return string(v), true
	case int64:
		return strconv.FormatInt(v, 10), true
	case int:
		return strconv.Itoa(v), true
	case float64:
		return strconv.FormatFloat(v, 'g', 15, 64), true
	}
	return "", false
}

// truth is what Perl takes for true.
func truth(v any) bool {
	if b, ok := v.(bool); ok {
		return b
	}
	text, scalar := scalarText(v)
	return !scalar || text != "" && text != "0"
}
