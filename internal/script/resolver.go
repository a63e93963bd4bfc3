package script

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// resolver is a server for DNS: it hears the names whose addresses are asked
// for, each question once, and says NAME ADDRESS, or NAME nothing. After NAME
// lost it is as if it had not heard the question.
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
	s.after(func() { _ = conn.Close() })
	s.servers[name] = &server{port: conn.LocalAddr().(*net.UDPAddr).Port, close: conn.Close}
	s.peers[name] = &resolver{conn, map[string]question{}}
	return nil
}

func (r *resolver) hear() (string, error) {
	for {
		id, name, from, err := r.question()
		if err != nil {
			return "", err
		}
		if known, ok := r.asked[name]; !ok || known.id != id {
			r.asked[name] = question{id, from}
			return name, nil
		}
	}
}

func (r *resolver) question() (id uint16, name string, from net.Addr, err error) {
	if err := r.SetReadDeadline(time.Now().Add(Timeout)); err != nil {
		return 0, "", nil, err
	}
	buf := make([]byte, 512)
	n, from, err := r.ReadFrom(buf)
	if err != nil {
		return 0, "", nil, err
	}
	var m dnsmessage.Message
	if err := m.Unpack(buf[:n]); err != nil {
		return 0, "", nil, err
	}
	if m.Response || !m.RecursionDesired || len(m.Questions) != 1 || m.Questions[0].Type != dnsmessage.TypeA {
		return 0, "", nil, fmt.Errorf("not a question for an address: %v", m.GoString())
	}
	return m.ID, strings.TrimSuffix(m.Questions[0].Name.String(), "."), from, nil
}

func (r *resolver) say(text string) error {
	name, addr, _ := strings.Cut(text, " ")
	q, ok := r.asked[name]
	if !ok {
		return fmt.Errorf("nobody has asked for that")
	}
	if addr == "lost" {
		delete(r.asked, name)
		return nil
	}
	packet, err := answer(q.id, name, addr)
	if err != nil {
		return err
	}
	_, err = r.WriteTo(packet, q.from)
	return err
}

// answer is the packet that says what a name's address is.
func answer(id uint16, name, addr string) ([]byte, error) {
	full, err := dnsmessage.NewName(name + ".")
	if err != nil {
		return nil, err
	}
	m := dnsmessage.Message{
		Header: dnsmessage.Header{ID: id, Response: true, RecursionDesired: true, RecursionAvailable: true},
		Questions: []dnsmessage.Question{
			{Name: full, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET},
		},
	}
	if addr == "nothing" {
		m.RCode = dnsmessage.RCodeNameError
		return m.Pack()
	}
	ip, err := netip.ParseAddr(addr)
	if err != nil {
		return nil, err
	}
	m.Answers = []dnsmessage.Resource{{
		Header: dnsmessage.ResourceHeader{Name: full, Class: dnsmessage.ClassINET, TTL: 60},
		Body:   &dnsmessage.AResource{A: ip.As4()},
	}}
	return m.Pack()
}

func (r *resolver) close() error { return r.Close() }
