package clientdns

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"

	"github.com/miekg/dns"

	"github.com/gopoe/poe/kernel"
)

// NetResolver returns a net.Resolver that uses this one's servers, cache and
// limits: for socketfactory.Config.Resolver, clienttcp.Config.Resolver and
// net.Dialer.Resolver. It may be used on any goroutine but the kernel's, for
// which it waits; its look-ups fail while the kernel does not run. Search lists
// and hosts files are those of package net.
func (r *Resolver) NetResolver() *net.Resolver {
	outside := r.k.Outside()
	return &net.Resolver{PreferGo: true, StrictErrors: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe() // no packets: queries have their length in front, as over TCP
		go func() {
			defer far.Close()
			for r.relay(outside, far) == nil {
			}
		}()
		return near, nil
	}}
}

// relay answers one query.
func (r *Resolver) relay(outside kernel.Outside, conn net.Conn) error {
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return err // at its end
	}
	packet := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(conn, packet); err != nil {
		return err
	}
	query := &dns.Msg{}
	if err := query.Unpack(packet); err != nil || len(query.Question) != 1 {
		return dns.ErrId
	}
	packet, err := r.answerQuery(outside, query).Pack()
	if err != nil {
		return err
	}
	_, err = conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packet))), packet...))
	return err
}

// answerQuery asks the resolver and waits. A failure is the answer SERVFAIL.
func (r *Resolver) answerQuery(outside kernel.Outside, query *dns.Msg) *dns.Msg {
	answers := make(chan *dns.Msg, 1)
	q := query.Question[0]
	request := Request{Host: strings.ToLower(q.Name), Type: q.Qtype, Class: q.Qclass, reply: func(a *Answer) {
		if a.Message == nil {
			answers <- nil
			return
		}
		answers <- a.Message.Copy() // which is shared on the kernel's goroutine
	}}
	err := outside.Do(context.Background(), func(*kernel.Kernel) { r.begin(r.id, request, true) })
	var answer *dns.Msg
	if err == nil {
		answer = <-answers // at the latest when the resolver ends
	}
	if answer == nil {
		return new(dns.Msg).SetRcode(query, dns.RcodeServerFailure)
	}
	answer.Id, answer.Question = query.Id, query.Question
	return answer
}
