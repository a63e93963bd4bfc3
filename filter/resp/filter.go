// Package resp turns values of Redis' protocol, RESP2 and RESP3, into records
// and back, on either side of the connection.
//
// A record is one whole value, of these types:
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
// Decode accepts both versions at any time; Config.Protocol selects only what
// is written. A server that gets HELLO changes it with [Filter.SetProtocol].
package resp

import (
	"fmt"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/internal/configerror"
)

// The default limits. They are for connections to unknown peers; a client of a
// trusted server may raise them.
const (
	DefaultMaxLength   = 16 << 20
	DefaultMaxElements = 1 << 20
	DefaultMaxDepth    = 32
)

// Config configures a [Filter]. The zero value writes RESP2 with the default
// limits.
type Config struct {
	// Protocol is what Append writes: 2 or 3. 0 means 2.
	Protocol int
	// Inline accepts commands as plain lines, such as those of a user of
	// telnet. Each becomes a []any of strings, split at spaces. It is for
	// servers.
	Inline bool
	// MaxLength is the most bytes a record may have on the wire, with all
	// values in it. 0 means DefaultMaxLength.
	MaxLength int
	// MaxElements is the most values a record may contain. 0 means
	// DefaultMaxElements.
	MaxElements int
	// MaxDepth is the most nested arrays, maps and sets. 0 means
	// DefaultMaxDepth.
	MaxDepth int
}

// Filter is a filter.Filter for RESP. Errors of decoding are final, because it
// is not known where the next value begins: every later Decode drops its bytes
// and returns the error again.
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

// SetProtocol sets the version that Append writes from now on, 2 or 3, as after
// HELLO. Any other version is an error.
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

// Append appends rec. In addition to the types that Decode returns it accepts
// []byte, every integer and float type, []string and [][]byte, which are arrays
// of bulk strings as commands are, and any error, which is written as an
// [ErrorReply]. In RESP2 the types of RESP3 are written as Redis itself does
// it: maps and sets as arrays, doubles as strings, booleans as 1 and 0;
// attributes are left out.
func (f *Filter) Append(dst []byte, rec any) ([]byte, error) {
	e := encoder{resp3: f.config.Protocol == 3, maxDepth: f.config.MaxDepth}
	out, err := e.value(dst, rec, 0)
	if err != nil {
		return dst, err
	}
	return out, nil
}

// Rewind resets how far the input was searched, and clears an error.
func (f *Filter) Rewind() {
	f.scan.reset()
	f.broken = nil
}

// Clone returns a filter with the same settings, protocol included, for
// another connection.
func (f *Filter) Clone() filter.Filter { return newFilter(f.config) }
