package irc

import (
	"encoding/binary"
	"net/netip"
	"path"
	"strconv"
	"strings"

	"github.com/gopoe/poe/component/irc/ircutil"
	"github.com/gopoe/poe/kernel"
)

// DCCOffer is an offer of another user: the argument of the event dcc_request
// to be passed to dcc_accept or dcc_resume. POE: the "magic cookie".
type DCCOffer struct {
	From ircutil.Source
	Type string // "CHAT", "SEND", "ACCEPT" or "RESUME"
	File string // the last element of its path alone
	Addr netip.Addr
	Port int
	Size int64 // of the file, or the position to resume at; 0 if unknown

	path string // where to write the file, if not to File
	at   int64  // the position to resume at
}

// DCCOf returns the offer of the event dcc_request; nil for any other event.
func DCCOf(e kernel.Event) *DCCOffer {
	offer, _ := kernel.ArgOK[*DCCOffer](e, 3)
	return offer
}

// dccRequestEvents are the events of a CTCP message DCC.
func (c *Client) dccRequestEvents(m *Message, text string) []*Event {
	offer := parseDCC(text)
	if offer == nil || m.Command != "PRIVMSG" || c.isEcho(m) {
		return nil
	}
	offer.From = ircutil.ParseSource(m.Source)
	args := []any{m.Source, offer.Type, offer.Port, offer}
	if offer.Type != "CHAT" {
		args = append(args, offer.File, offer.Size)
	} else {
		args = append(args, offer.File, nil)
	}
	if offer.Addr.IsValid() {
		args = append(args, formatAddr(offer.Addr)) // as it came over the wire
	}
	return one("dcc_request", args)
}

// parseDCC reads "SEND name address port size" and its like, nil if it is none.
func parseDCC(text string) *DCCOffer {
	kind, rest, _ := strings.Cut(strings.TrimLeft(text, " "), " ")
	file, rest, ok := cutFile(strings.TrimLeft(rest, " "))
	fields := strings.Fields(rest)
	if !ok || len(fields) < 2 {
		return nil
	}
	o := &DCCOffer{Type: strings.ToUpper(kind), File: file}
	position := 2 // of the size
	switch o.Type {
	case "CHAT", "SEND":
		if o.Addr, ok = dccAddr(fields[0]); !ok {
			return nil
		}
	case "ACCEPT", "RESUME":
		position = 1
	default:
		return nil
	}
	port, err := strconv.ParseUint(fields[position-1], 10, 16)
	if err != nil {
		return nil
	}
	o.Port = int(port)
	if len(fields) > position {
		size, err := strconv.ParseInt(fields[position], 10, 64)
		if err != nil || size < 0 {
			return nil
		}
		o.Size = size
	}
	return o
}

// cutFile reads a name, in quotes perhaps, and drops its directories: the sender
// does not choose where a file goes.
func cutFile(text string) (name, rest string, ok bool) {
	if quoted, found := strings.CutPrefix(text, `"`); found {
		end := 0
		for end < len(quoted) && (quoted[end] != '"' || end > 0 && quoted[end-1] == '\\') {
			end++
		}
		if end == len(quoted) {
			return "", "", false
		}
		name, rest = strings.ReplaceAll(quoted[:end], `\"`, `"`), quoted[end+1:]
	} else {
		name, rest, _ = strings.Cut(text, " ")
	}
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == ".." || name == "/" || strings.ContainsAny(name, "\x00\r\n") {
		return "", "", false
	}
	return name, rest, true
}

// dccAddr reads an address: IPv4 as one number, IPv6 as text.
func dccAddr(text string) (netip.Addr, bool) {
	if n, err := strconv.ParseUint(text, 10, 32); err == nil {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(n))
		return netip.AddrFrom4(b), true
	}
	addr, err := netip.ParseAddr(text)
	return addr, err == nil && addr.Is6()
}

// formatAddr is dccAddr's reverse.
func formatAddr(addr netip.Addr) string {
	if addr = addr.Unmap(); addr.Is4() {
		b := addr.As4()
		return strconv.FormatUint(uint64(binary.BigEndian.Uint32(b[:])), 10)
	}
	return addr.WithZone("").String()
}

func resumeKey(nick string, port int) string { return nick + " " + strconv.Itoa(port) }

// dccRequest answers what belongs to a transfer: that the sender agrees to resume,
// or that the receiver wants to.
func (c *Client) dccRequest(ev *Event) {
	offer, ok := ev.arg(3).(*DCCOffer)
	if !ok {
		return
	}
	switch offer.Type {
	case "ACCEPT":
		key := resumeKey(offer.From.Nick, offer.Port)
		if old := c.dcc.resuming[key]; old != nil {
			delete(c.dcc.resuming, key)
			c.acceptDCC(old, true)
		}
	case "RESUME":
		c.resumeSend(offer)
	}
}

// resumeSend begins a file that is offered further on.
func (c *Client) resumeSend(offer *DCCOffer) {
	for _, id := range c.DCCConnections() {
		conn := c.dcc.conns[id]
		if conn.Nick != offer.From.Nick || conn.Port != offer.Port || conn.Type != "SEND" || conn.wheel != nil || offer.Size > conn.Size {
			continue
		}
		conn.Done, conn.sent = offer.Size, offer.Size
		_ = c.Yield("ctcp", offer.From.Nick, "DCC ACCEPT "+quoteFile(offer.File)+" "+strconv.Itoa(offer.Port)+" "+strconv.FormatInt(offer.Size, 10))
		return
	}
}
