package clientdns

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/miekg/dns"

	"github.com/gopoe/poe/kernel"
)

// Answer is the answer to a Request. It may be shared with other requests for
// the same name and must not be changed.
type Answer struct {
	// Host, Type, Class and Context are those of the request.
	Host        string
	Type, Class uint16
	Context     any
	// Message is the name server's answer; nil if there is none. POE: response.
	Message *dns.Msg
	// Err is the reason if there is no message, or an *RcodeError if the server
	// answers that the name does not exist or that it has failed. If a name has
	// no records of the type, Err is nil.
	Err error
}

// RcodeError is the error of an answer with a code other than success.
type RcodeError struct {
	Host  string
	Rcode int // dns.RcodeNameError: no such name
}

// Error returns the host and the code's name in the DNS, such as NXDOMAIN.
func (e *RcodeError) Error() string {
	name, ok := dns.RcodeToString[e.Rcode]
	if !ok {
		name = fmt.Sprintf("RCODE %d", e.Rcode)
	}
	return "clientdns: " + e.Host + ": " + name
}

// AnswerOf returns the *Answer that is the argument of an event. It panics with
// a kernel.ArgError for any other event.
func AnswerOf(e kernel.Event) *Answer { return kernel.Arg[*Answer](e, 0) }

// answerOf makes an answer of a message.
func answerOf(m *dns.Msg) *Answer {
	a := &Answer{Message: m}
	if m.Rcode != dns.RcodeSuccess {
		a.Err = &RcodeError{Host: strings.TrimSuffix(m.Question[0].Name, "."), Rcode: m.Rcode}
	}
	return a
}

// missing reports whether the name does not exist, so that the next one of the
// search list is tried.
func (a *Answer) missing() bool { return a.Message != nil && a.Message.Rcode == dns.RcodeNameError }

// records returns the records of one type.
func records[R dns.RR](a *Answer) []R {
	if a.Message == nil {
		return nil
	}
	var list []R
	for _, rr := range a.Message.Answer {
		if r, ok := rr.(R); ok {
			list = append(list, r)
		}
	}
	return list
}

// Addrs returns the addresses of the A and AAAA records, in the answer's order.
func (a *Answer) Addrs() []netip.Addr {
	if a.Message == nil {
		return nil
	}
	var list []netip.Addr
	for _, rr := range a.Message.Answer {
		switch rr := rr.(type) {
		case *dns.A:
			if addr, ok := netip.AddrFromSlice(rr.A.To4()); ok {
				list = append(list, addr)
			}
		case *dns.AAAA:
			if addr, ok := netip.AddrFromSlice(rr.AAAA); ok {
				list = append(list, addr)
			}
		}
	}
	return list
}

// Names returns the names of the PTR records, without their final dots.
func (a *Answer) Names() (list []string) {
	for _, r := range records[*dns.PTR](a) {
		list = append(list, strings.TrimSuffix(r.Ptr, "."))
	}
	return list
}

// MX returns the MX records in the order in which they should be tried.
func (a *Answer) MX() []*dns.MX {
	return slices.SortedStableFunc(slices.Values(records[*dns.MX](a)), func(x, y *dns.MX) int { return int(x.Preference) - int(y.Preference) })
}

// SRV returns the SRV records sorted by priority, and those of one priority by
// descending weight.
func (a *Answer) SRV() []*dns.SRV {
	return slices.SortedStableFunc(slices.Values(records[*dns.SRV](a)), func(x, y *dns.SRV) int {
		if x.Priority != y.Priority {
			return int(x.Priority) - int(y.Priority)
		}
		return int(y.Weight) - int(x.Weight)
	})
}

// TXT returns the texts of the TXT records, each joined from its parts.
func (a *Answer) TXT() (list []string) {
	for _, r := range records[*dns.TXT](a) {
		list = append(list, strings.Join(r.Txt, ""))
	}
	return list
}

// ttl is how long an answer may be kept: that of its record that ends first, or
// for one that says that something does not exist, that of the zone.
func ttl(m *dns.Msg, limit time.Duration) time.Duration {
	if m.Rcode != dns.RcodeSuccess && m.Rcode != dns.RcodeNameError {
		return 0
	}
	shortest, found := limit, false
	look := func(seconds uint32) {
		found = true
		shortest = min(shortest, time.Duration(seconds)*time.Second)
	}
	for _, rr := range m.Answer {
		look(rr.Header().Ttl)
	}
	if len(m.Answer) == 0 {
		for _, rr := range m.Ns {
			if soa, ok := rr.(*dns.SOA); ok {
				look(min(soa.Minttl, soa.Hdr.Ttl))
			}
		}
	}
	if !found {
		return 0
	}
	return shortest
}
