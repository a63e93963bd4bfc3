package ikc

import (
	"errors"
	"fmt"
	"time"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/storable"
	"github.com/gopoe/poe/kernel"
)

// Config configures a kernel's Responder. Name is required; a limit or time of
// 0 means its default, and a negative one is an error.
type Config struct {
	// Name is the name by which other kernels know this one: letters, digits,
	// "_", "-" and ".". Aliases are further names. POE: name, aliases.
	Name    string
	Aliases []string

	// MaxMessage is the maximum length of one serialized message in bytes, in
	// either direction; 16 MiB by default.
	MaxMessage int
	// MaxItems and MaxDepth bound the values in a message that Storable thaws:
	// how many scalars, arrays and hashes, and how deeply they may be nested;
	// 1,048,576 and 512 by default. A value that contains itself is refused.
	// They do not apply to Freezers.
	MaxItems int
	MaxDepth int
	// MaxPending is how many bytes may be pending for one kernel before posts
	// to it return ErrBusy; 64 MiB by default.
	MaxPending int
	// MaxKernels is how many connections may be open, 1024 by default.
	MaxKernels int
	// MaxNames is how many names another kernel may have, 32 by default.
	MaxNames int
	// MaxSenders is how many sessions of one other kernel are remembered as
	// senders, 1024 by default. The one that was added first is forgotten
	// first.
	MaxSenders int

	// CallTimeout is how long a call or a subscription waits for its answer; 30
	// seconds by default.
	CallTimeout time.Duration
	// NegotiationTimeout is how long the negotiation may take, 30 seconds by
	// default.
	NegotiationTimeout time.Duration

	// Freezers are the serializers that may be negotiated, in order of
	// preference. If nil, only Storable is offered; an empty list is an error.
	// POE: serializers.
	Freezers []Freezer
}

// Freezer is a serializer and the name by which it is negotiated: the name of
// the Perl package.
type Freezer struct {
	Name       string
	Serializer filter.Serializer
}

// maxName is how long a name of a kernel, a session or an event may be.
const maxName = 1024

// check finds what is wrong with the configuration, and fills in the defaults.
func (c *Config) check() error {
	if err := checkKernelName(c.Name); err != nil {
		return configError("Name", err)
	}
	for _, alias := range c.Aliases {
		if err := checkKernelName(alias); err != nil {
			return configError("Aliases", err)
		}
	}
	for _, limit := range []struct {
		field string
		value *int
		def   int
	}{
		{"MaxMessage", &c.MaxMessage, 16 << 20}, {"MaxItems", &c.MaxItems, 1 << 20}, {"MaxDepth", &c.MaxDepth, 512},
		{"MaxPending", &c.MaxPending, 64 << 20}, {"MaxKernels", &c.MaxKernels, 1024}, {"MaxNames", &c.MaxNames, 32},
		{"MaxSenders", &c.MaxSenders, 1024},
	} {
		if *limit.value < 0 {
			return configError(limit.field, fmt.Errorf("%d is negative", *limit.value))
		}
		if *limit.value == 0 {
			*limit.value = limit.def
		}
	}
	for _, wait := range []struct {
		field string
		value *time.Duration
	}{{"CallTimeout", &c.CallTimeout}, {"NegotiationTimeout", &c.NegotiationTimeout}} {
		if *wait.value < 0 {
			return configError(wait.field, fmt.Errorf("%v is negative", *wait.value))
		}
		if *wait.value == 0 {
			*wait.value = 30 * time.Second
		}
	}
	return c.checkFreezers()
}

func (c *Config) checkFreezers() error {
	if c.Freezers == nil {
		c.Freezers = []Freezer{{"Storable", storable.Serializer{
			Unmarshal: storable.UnmarshalOptions{MaxSize: c.MaxMessage, MaxItems: c.MaxItems, MaxDepth: c.MaxDepth, NoCycles: true},
			Marshal:   storable.MarshalOptions{MaxDepth: c.MaxDepth},
		}}}
	}
	if len(c.Freezers) == 0 {
		return configError("Freezers", errors.New("is empty; nil is Storable"))
	}
	for _, f := range c.Freezers {
		if f.Serializer == nil || f.Name == "" || len(f.Name) > maxName || !allOf(f.Name, isFreezerChar) {
			return configError("Freezers", fmt.Errorf("%q needs the name of a Perl package and a Serializer", f.Name))
		}
	}
	return nil
}

// checkKernelName finds out whether a kernel may be called that.
func checkKernelName(name string) error {
	if name == "" || len(name) > maxName || !allOf(name, func(c byte) bool { return isWordChar(c) || c == '-' || c == '.' }) {
		return fmt.Errorf(`%w: %q may have letters, digits, "_", "-" and "." only`, kernel.ErrInvalid, name)
	}
	return nil
}

func isWordChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

func isFreezerChar(c byte) bool { return isWordChar(c) || c == ':' || c == '-' }

func allOf(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}

// newFilter frames the messages that a freezer makes. It lets a little more
// wait than one message, since a read may bring the beginning of the next.
func (c *Config) newFilter(f Freezer) (*filter.Reference, error) {
	return filter.NewReference(filter.ReferenceConfig{
		Serializer: bounded{f.Serializer, c.MaxMessage}, MaxBuffer: c.MaxMessage + 1<<17,
	})
}

// bounded holds a serializer to MaxMessage.
type bounded struct {
	filter.Serializer
	max int
}

// Freeze refuses what has become too long.
func (b bounded) Freeze(rec any) ([]byte, error) {
	data, err := b.Serializer.Freeze(rec)
	if err == nil && len(data) > b.max {
		return nil, &LimitError{"MaxMessage", b.max}
	}
	return data, err
}

// Thaw refuses what is too long.
func (b bounded) Thaw(data []byte) (any, error) {
	if len(data) > b.max {
		return nil, &LimitError{"MaxMessage", b.max}
	}
	return b.Serializer.Thaw(data)
}
