package conformance

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
)

// wheelPrograms are the ports of the programs about wheels and drivers.
var wheelPrograms = map[string]func(*port){
	"401-wheel-readwrite-basic":             p401,
	"403-wheel-readwrite-marks":             p403,
	"405-wheel-readwrite-pause":             p405,
	"407-wheel-readwrite-event":             p407,
	"408-wheel-readwrite-drop-in-handler":   p408,
	"410-wheel-readwrite-handles-autoflush": p410,
	"411-wheel-constructor-errors":          p411,
	"413-driver-blocksize":                  p413,
	"420-wheel-socketfactory-tcp":           p420,
	"421-wheel-socketfactory-refused":       p421,
	"423-wheel-socketfactory-udp":           p423,
	"426-wheel-listenaccept":                p426,
	"430-wheel-followtail-append":           p430,
	"432-wheel-followtail-truncate":         p432,
	"434-wheel-followtail-appear":           p434,
	"440-wheel-run-basic":                   p440,
	"441-wheel-run-stdin":                   p441,
	"444-wheel-run-filters-redirect":        p444,
	"445-wheel-run-exec-failure":            p445,
	"980-readwrite-trouble":                 p980,
	"981-readwrite-high-event":              p981,
	"982-readwrite-change-filter":           p982,
	"983-readwrite-shutdown":                p983,
	"984-socketfactory-unix":                p984,
	"985-followtail-rotation":               p985,
	"986-run-code":                          p986,
	"987-run-kill-pause":                    p987,
}

// pair is Perl's socketpair.
func (p *port) pair() (near, far *kernel.Handle) {
	near, far, err := kernel.SocketPair()
	if err != nil {
		p.Fatal(err)
	}
	return near, far
}

// sysread reads what is there, at most 1,000 bytes; nothing at the end or
// with nothing there.
func (p *port) sysread(h io.Reader) string {
	buf := make([]byte, 1000)
	n, err := h.Read(buf)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, kernel.ErrWouldBlock) {
		p.Fatal(err)
	}
	return string(buf[:n])
}

// syswrite writes all of s.
func (p *port) syswrite(w io.Writer, s string) {
	if _, err := io.WriteString(w, s); err != nil {
		p.Fatal(err)
	}
}

// lines makes a Line filter for one literal.
func lines(literal string) *filter.Line {
	return must(filter.NewLine(filter.LineConfig{Literal: literal}))
}

// stream makes a Stream filter.
func stream() filter.Filter { return filter.NewStream() }

// portOf is the port of a socket's address.
func portOf(a net.Addr) int { return int(addrPort(a).Port()) }

// addrPort is an address as the wheels hand it out.
func addrPort(a net.Addr) netip.AddrPort {
	if with, ok := a.(interface{ AddrPort() netip.AddrPort }); ok { // *net.TCPAddr, *net.UDPAddr
		return with.AddrPort()
	}
	return netip.AddrPort{}
}

// file is an open file.
func (p *port) file() *os.File {
	f := must(os.CreateTemp(p.TempDir(), "file"))
	p.Cleanup(func() { f.Close() })
	return f
}

// errnoName is the name of an error number.
func errnoName(errno int) any {
	for n, name := range map[syscall.Errno]string{
		syscall.ECONNREFUSED: "ECONNREFUSED", syscall.ECONNRESET: "ECONNRESET", syscall.ETIMEDOUT: "ETIMEDOUT", syscall.EADDRINUSE: "EADDRINUSE",
		syscall.EADDRNOTAVAIL: "EADDRNOTAVAIL", syscall.ENOENT: "ENOENT", syscall.EACCES: "EACCES",
	} {
		if n == syscall.Errno(errno) {
			return name
		}
	}
	return errno
}

// strerror is the text that C has for an error number: Go's, with a capital.
func strerror(errno syscall.Errno) string {
	s := errno.Error()
	return strings.ToUpper(s[:1]) + s[1:]
}

// settled runs a handler once the events before it have passed, n times over,
// as the Perl programs wait by yielding.
func settled(name string, then func(e kernel.Event)) kernel.Handler {
	return func(e kernel.Event) {
		if n, _ := kernel.ArgOK[int](e, 0); n > 0 {
			e.Kernel.Yield(name, n-1)
			return
		}
		then(e)
	}
}
