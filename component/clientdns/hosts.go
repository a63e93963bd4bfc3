package clientdns

import (
	"bufio"
	"net"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/miekg/dns"
)

// maxHosts bounds the file of hosts.
const maxHosts = 4 << 20

// hosts is the system's file of names.
type hosts struct {
	file    string
	changed time.Time
	size    int64
	addrs   map[string][]netip.Addr
	names   map[netip.Addr][]string
}

// read reads the file if it has changed.
func (h *hosts) read() {
	info, err := os.Stat(h.file)
	if err != nil {
		h.addrs, h.names, h.changed = nil, nil, time.Time{}
		return
	}
	if info.ModTime().Equal(h.changed) && info.Size() == h.size || info.Size() > maxHosts || !info.Mode().IsRegular() {
		return
	}
	f, err := os.Open(h.file)
	if err != nil {
		return
	}
	defer f.Close()
	h.changed, h.size = info.ModTime(), info.Size()
	h.addrs, h.names = map[string][]netip.Addr{}, map[netip.Addr][]string{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		addr, err := netip.ParseAddr(words[0])
		if err != nil {
			continue
		}
		addr = addr.WithZone("").Unmap()
		for _, word := range words[1:] {
			name := dns.Fqdn(strings.ToLower(word))
			h.addrs[name] = append(h.addrs[name], addr)
			h.names[addr] = append(h.names[addr], dns.Fqdn(word))
		}
	}
}

// answer returns the answer that the file has to a request, or nil.
func (h *hosts) answer(r *Request) *dns.Msg {
	if r.Class != dns.ClassINET || r.Type != dns.TypeA && r.Type != dns.TypeAAAA && r.Type != dns.TypePTR {
		return nil
	}
	h.read()
	name := dns.Fqdn(strings.ToLower(r.Host))
	header := dns.RR_Header{Name: name, Rrtype: r.Type, Class: r.Class}
	var answer []dns.RR
	if r.Type == dns.TypePTR {
		for addr, names := range h.names {
			if reverse, _ := dns.ReverseAddr(addr.String()); reverse == name { // of an address it never fails
				for _, n := range names {
					answer = append(answer, &dns.PTR{Hdr: header, Ptr: n})
				}
			}
		}
	}
	for _, addr := range h.addrs[name] {
		switch {
		case r.Type == dns.TypeA && addr.Is4():
			answer = append(answer, &dns.A{Hdr: header, A: net.IP(addr.AsSlice())})
		case r.Type == dns.TypeAAAA && addr.Is6():
			answer = append(answer, &dns.AAAA{Hdr: header, AAAA: net.IP(addr.AsSlice())})
		}
	}
	if answer == nil {
		return nil
	}
	m := &dns.Msg{}
	m.SetQuestion(name, r.Type)
	m.Response, m.Answer = true, answer
	return m
}
