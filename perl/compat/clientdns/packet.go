//go:build linux

package clientdns

import (
	"strings"

	"github.com/miekg/dns"

	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/compat"
)

// packet is a Net::DNS::Packet, header its header, and record a Net::DNS::RR.
type (
	packet struct{ m *dns.Msg }
	header struct{ m *dns.Msg }
	record struct{ rr dns.RR }
)

func init() {
	perl.Native(func(*packet) string { return "Net::DNS::Packet" }, compat.Method(map[string]func(*packet, []any) []any{
		"answer":     func(p *packet, _ []any) []any { return records(p.m.Answer) },
		"authority":  func(p *packet, _ []any) []any { return records(p.m.Ns) },
		"additional": func(p *packet, _ []any) []any { return records(p.m.Extra) },
		"header":     func(p *packet, _ []any) []any { return perl.L(&header{p.m}) },
	}))
	perl.Native(func(*header) string { return "Net::DNS::Header" }, compat.Method(map[string]func(*header, []any) []any{
		"rcode":   func(h *header, _ []any) []any { return perl.L(dns.RcodeToString[h.m.Rcode]) },
		"ancount": func(h *header, _ []any) []any { return perl.L(len(h.m.Answer)) },
		"nscount": func(h *header, _ []any) []any { return perl.L(len(h.m.Ns)) },
		"arcount": func(h *header, _ []any) []any { return perl.L(len(h.m.Extra)) },
		"id":      func(h *header, _ []any) []any { return perl.L(int(h.m.Id)) },
	}))
	perl.Native(func(r *record) string { return "Net::DNS::RR::" + r.kind() }, recordCall)
}

func records(list []dns.RR) []any {
	out := make([]any, len(list))
	for i, rr := range list {
		out[i] = &record{rr}
	}
	return out
}

func (r *record) kind() string { return dns.TypeToString[r.rr.Header().Rrtype] }

// name is a domain name as Net::DNS shows it, without its last dot.
func name(s string) []any { return perl.L(strings.TrimSuffix(s, ".")) }

// recordCall calls a method of a record.
func recordCall(r *record, method string, _ perl.Want, _ []any) ([]any, bool) {
	h := r.rr.Header()
	switch method {
	case "type":
		return perl.L(r.kind()), true
	case "class":
		return perl.L(dns.ClassToString[h.Class]), true
	case "name", "owner":
		return name(h.Name), true
	case "ttl":
		return perl.L(int(h.Ttl)), true
	}
	switch rr := r.rr.(type) {
	case *dns.A:
		if method == "address" || method == "rdatastr" || method == "rdstring" {
			return perl.L(rr.A.String()), true
		}
	case *dns.AAAA:
		if method == "address_short" {
			return perl.L(rr.AAAA.String()), true
		}
	case *dns.CNAME:
		if method == "cname" {
			return name(rr.Target), true
		}
	case *dns.PTR:
		if method == "ptrdname" {
			return name(rr.Ptr), true
		}
	case *dns.NS:
		if method == "nsdname" {
			return name(rr.Ns), true
		}
	case *dns.MX:
		switch method {
		case "exchange":
			return name(rr.Mx), true
		case "preference":
			return perl.L(int(rr.Preference)), true
		}
	case *dns.TXT:
		if method == "txtdata" {
			return perl.L(strings.Join(rr.Txt, " ")), true
		}
	case *dns.SRV:
		switch method {
		case "target":
			return name(rr.Target), true
		case "port":
			return perl.L(int(rr.Port)), true
		case "priority":
			return perl.L(int(rr.Priority)), true
		case "weight":
			return perl.L(int(rr.Weight)), true
		}
	}
	return nil, false
}
