package cookbook_test

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// resolver is a server for DNS: it hears the names whose addresses are asked
// for, and says NAME ADDRESS, or NAME nothing.
type resolver struct {
	net.PacketConn
	asked map[string]question // by name, the last one
}

type question struct {
	id   uint16
	from net.Addr
}

func (s *stage) resolve(name string) error {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.t.Cleanup(func() { _ = conn.Close() })
	s.servers[name] = &server{port: conn.LocalAddr().(*net.UDPAddr).Port, close: conn.Close}
	s.peers[name] = &resolver{conn, map[string]question{}}
	return nil
}

func (r *resolver) hear() (string, error) {
	if err := r.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	buf := make([]byte, 512)
	n, from, err := r.ReadFrom(buf)
	if err != nil {
		return "", err
	}
	var m dnsmessage.Message
	if err := m.Unpack(buf[:n]); err != nil {
		return "", err
	}
	if m.Response || !m.RecursionDesired || len(m.Questions) != 1 || m.Questions[0].Type != dnsmessage.TypeA {
		return "", fmt.Errorf("not a question for an address: %v", m.GoString())
	}
	name := strings.TrimSuffix(m.Questions[0].Name.String(), ".")
	r.asked[name] = question{m.ID, from}
	return name, nil
}

func (r *resolver) say(text string) error {
	name, addr, _ := strings.Cut(text, " ")
	q, ok := r.asked[name]
	if !ok {
		return fmt.Errorf("nobody has asked for that")
	}
	full, err := dnsmessage.NewName(name + ".")
	if err != nil {
		return err
	}
	m := dnsmessage.Message{
		Header: dnsmessage.Header{ID: q.id, Response: true, RecursionDesired: true, RecursionAvailable: true},
		Questions: []dnsmessage.Question{
			{Name: full, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
		},
	}
	if addr == "nothing" {
		m.RCode = dnsmessage.RCodeNameError
	} else {
		ip, err := netip.ParseAddr(addr)
		if err != nil {
			return err
		}
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: full, Class: dnsmessage.ClassINET, TTL: 60},
			Body:   &dnsmessage.AResource{A: ip.As4()},
		}}
	}
	packet, err := m.Pack()
	if err != nil {
		return err
	}
	_, err = r.WriteTo(packet, q.from)
	return err
}

func (r *resolver) close() error { return r.Close() }
