package observe

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// TraceContext is a position in a trace that spans several processes, as
// defined by the W3C recommendation Trace Context. The zero TraceContext is not
// valid.
type TraceContext struct {
	Trace   [16]byte
	Parent  [8]byte // the span that has sent it
	Sampled bool    // the sender has recorded its times
	State   string  // the header tracestate, passed on as it is
}

// Valid reports whether c is a position: neither Trace nor Parent is zero.
func (c TraceContext) Valid() bool { return c.Trace != [16]byte{} && c.Parent != [8]byte{} }

// String returns the header traceparent.
func (c TraceContext) String() string {
	flags := 0
	if c.Sampled {
		flags = 1
	}
	return fmt.Sprintf("00-%x-%x-%02x", c.Trace, c.Parent, flags)
}

// maxState bounds the header tracestate, in bytes. A longer one is left out, as the
// recommendation allows.
const maxState = 512

// ParseTraceContext parses the headers traceparent and tracestate, of which the
// latter may be empty. ok is false if traceparent is not valid. A tracestate
// longer than 512 bytes is left out.
func ParseTraceContext(traceparent, tracestate string) (c TraceContext, ok bool) {
	version, rest, _ := strings.Cut(strings.TrimSpace(traceparent), "-")
	// What follows the flags is for versions to come.
	if len(version) != 2 || version == "ff" || !isHex(version) || len(rest) < 52 || len(rest) > 52 && (version == "00" || rest[52] != '-') {
		return c, false
	}
	trace, parent, flags := rest[:32], rest[33:49], rest[50:52]
	if rest[32] != '-' || rest[49] != '-' || !isHex(trace) || !isHex(parent) || !isHex(flags) {
		return c, false
	}
	_, _ = hex.Decode(c.Trace[:], []byte(trace)) // is hexadecimal
	_, _ = hex.Decode(c.Parent[:], []byte(parent))
	if !c.Valid() {
		return TraceContext{}, false
	}
	c.Sampled = strings.IndexByte("13579bdf", flags[1]) >= 0
	if len(tracestate) <= maxState {
		c.State = tracestate
	}
	return c, true
}

// isHex reports whether a text is of lower-case hexadecimal digits.
func isHex(s string) bool {
	for _, b := range []byte(s) {
		if (b < '0' || b > '9') && (b < 'a' || b > 'f') {
			return false
		}
	}
	return true
}
