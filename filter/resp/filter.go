// Package resp speaks Redis' protocol, RESP2 and RESP3, on either side of the
// connection.
//
// A record is one whole value. What it decodes to:
//
//	null of any kind        nil
//	bulk string             string (any bytes)
//	simple string           Simple
//	simple or bulk error    ErrorReply, which is an error
//	integer                 int64
//	array                   []any
//	double                  float64
//	boolean                 bool
//	big number              *big.Int
//	verbatim string         Verbatim
//	map                     Map, in the order of the wire
//	set                     Set
//	push                    Push
//	attribute and its value Attributed
//
// Both protocols are understood at all times; Config.Protocol says only what
// is written. A server that is sent HELLO changes it with SetProtocol.
package resp

import (
	"fmt"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/internal/configerror"
)

// Defaults of the limits in Config. They suit a connection to a stranger; a
// client of one's own Redis may well raise them.
const (
	DefaultMaxLength   = 16 << 20
	DefaultMaxElements = 1 << 20
	DefaultMaxDepth    = 32
)

// Config is what New needs. The zero value writes RESP2 with the default
// limits.
type Config struct {
	// Protocol is what Append writes: 2 or 3. 0 means 2.
	Protocol int
	// Inline lets the peer send commands as a plain line, as a person with a
	// telnet client does. They become a []any of strings, split at blanks.
	// A server's matter; off by default.
	Inline bool
	// MaxLength is how many bytes one record may have on the wire, all that
	// is nested in it included. 0 means DefaultMaxLength.
	MaxLength int
	// MaxElements is how many values one record may be made of. 0 means
	// DefaultMaxElements.
	MaxElements int
	// MaxDepth is how many arrays, maps, sets may be open at once. 0 means
	// DefaultMaxDepth.
	MaxDepth int
}

// Filter is a filter.Filter for RESP. What a peer gets wrong is final: there
// is no telling where its next value begins, so every Decode after an error
// drops what it is given and returns the error again.
type Filter struct {
	config Config
	scan   scanner
	broken error
}

// New returns a filter for one connection, or a *filter.ConfigError.
func New(config Config) (*Filter, error) {
	if config.Protocol == 0 {
		config.Protocol = 2
	}
	if err := checkProtocol(config.Protocol); err != nil {
		return nil, &filter.ConfigError{Package: "resp", Field: "Protocol", Err: err}
	}
	var err error
	if config.MaxLength, err = configerror.Limit("resp", "MaxLength", config.MaxLength, DefaultMaxLength); err != nil {
		return nil, err
	}
	if config.MaxElements, err = configerror.Limit("resp", "MaxElements", config.MaxElements, DefaultMaxElements); err != nil {
		return nil, err
	}
	if config.MaxDepth, err = configerror.Limit("resp", "MaxDepth", config.MaxDepth, DefaultMaxDepth); err != nil {
		return nil, err
	}
	return newFilter(config), nil
}

func newFilter(config Config) *Filter {
	return &Filter{config: config, scan: scanner{config: config}}
}

// SetProtocol changes what Append writes from now on, 2 or 3: the answer to
// HELLO.
func (f *Filter) SetProtocol(version int) error {
	if err := checkProtocol(version); err != nil {
		return fmt.Errorf("resp: SetProtocol: %w", err)
	}
	f.config.Protocol = version
	return nil
}

func checkProtocol(version int) error {
	if version != 2 && version != 3 {
		return fmt.Errorf("%d is neither 2 nor 3", version)
	}
	return nil
}

// Decode returns the next value. Errors are *filter.Error.
func (f *Filter) Decode(buf []byte) (rec any, n int, err error) {
	if len(buf) == 0 {
		return nil, 0, filter.ErrMore
	}
	if f.broken != nil {
		return nil, len(buf), f.broken
	}
	if f.config.Inline {
		skipped := emptyLines(buf)
		if skipped == len(buf) || !isType(buf[skipped]) {
			return f.inline(buf, skipped)
		}
		n, buf = skipped, buf[skipped:]
	}
	end, err := f.scan.end(buf)
	if err == filter.ErrMore {
		return nil, n, err
	}
	if err == nil {
		p := parser{buf: buf[:end]}
		if rec, err = p.value(); err == nil {
			return rec, n + end, nil
		}
	}
	f.broken = err
	return nil, n + len(buf), err
}

// Append writes rec. Besides the types that Decode returns it takes []byte and
// every integer and float type, []string and [][]byte as arrays of bulk
// strings (which is what a command is), and any error as an ErrorReply. In
// RESP2 the types of RESP3 are written as Redis itself does it: maps and sets
// as arrays, doubles as strings, booleans as 1 and 0; attributes are left out.
func (f *Filter) Append(dst []byte, rec any) ([]byte, error) {
	e := encoder{resp3: f.config.Protocol == 3, maxDepth: f.config.MaxDepth}
	out, err := e.value(dst, rec, 0)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// Rewind forgets what has been looked at, and an error.
func (f *Filter) Rewind() {
	f.scan.reset()
	f.broken = nil
}

// Clone returns a filter with the same settings, protocol included, for
// another connection.
func (f *Filter) Clone() filter.Filter { return newFilter(f.config) }
