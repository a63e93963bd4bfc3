package poetest

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

// Hosts are the names and addresses of a fake name server. A name with an empty
// list exists and has no address; a name that is not in the map does not exist.
// Names are absolute, with or without the final dot, and in lower case.
type Hosts map[string][]netip.Addr

// Resolver makes a resolver that knows only these hosts, for
// socketfactory.Config.Resolver and net.Dialer.Resolver. Hosts must not be
// changed while it is in use. Go's resolver reads the system's hosts file
// first, so names such as localhost have the addresses that are written there.
func (h Hosts) Resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go h.serve(server)
		return client, nil
	}}
}

// serve answers queries, which come with their length as over TCP, until the
// other end is closed.
func (h Hosts) serve(c net.Conn) {
	defer c.Close()
	for {
		var size [2]byte
		if _, err := io.ReadFull(c, size[:]); err != nil {
			return
		}
		query := make([]byte, binary.BigEndian.Uint16(size[:]))
		if _, err := io.ReadFull(c, query); err != nil {
			return
		}
		answer, err := h.answer(query)
		if err != nil {
			return
		}
		if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

// answer answers one query.
func (h Hosts) answer(query []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(query); err != nil {
		return nil, err
	}
	m.Response, m.Authoritative, m.RecursionAvailable = true, true, true
	m.Additionals = nil
	for _, q := range m.Questions {
		name := strings.ToLower(strings.TrimSuffix(q.Name.String(), "."))
		addrs, known := h[name]
		if !known {
			addrs, known = h[name+"."]
		}
		if !known {
			m.RCode = dnsmessage.RCodeNameError
		}
		for _, a := range addrs {
			if r := resource(q, a); r != nil {
				m.Answers = append(m.Answers, *r)
			}
		}
	}
	return m.Pack()
}

// resource is the record of an address, nil if it is not of the type that was
// asked for.
func resource(q dnsmessage.Question, a netip.Addr) *dnsmessage.Resource {
	r := &dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 60}}
	switch {
	case q.Type == dnsmessage.TypeA && a.Is4():
		r.Body = &dnsmessage.AResource{A: a.As4()}
	case q.Type == dnsmessage.TypeAAAA && a.Is6():
		r.Body = &dnsmessage.AAAAResource{AAAA: a.As16()}
	default:
		return nil
	}
	return r
}
