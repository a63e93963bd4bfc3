// Package proxyheader reads the header of the PROXY protocol, version 1 or 2,
// from a connection that does not wait, and not one byte more.
package proxyheader

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"

	"github.com/pires/go-proxyproto"
)

const (
	// MaxLine is the longest line of version 1, its end included.
	MaxLine = 107
	// MaxBlock is the longest header of version 2 that is accepted.
	MaxBlock = 4096

	first = 12 // no header is shorter, and version 2 is known by as many
	fixed = 16 // what precedes the addresses of version 2
)

// ErrTooLong indicates that a header is longer than MaxLine or MaxBlock.
var ErrTooLong = errors.New("the PROXY header is too long")

// ErrAddress indicates that the header announces something else than a stream.
var ErrAddress = errors.New("the PROXY header announces no TCP address and no unix socket")

// Reader gathers a header. The zero Reader is ready to use.
type Reader struct{ buf []byte }

// Source is the peer that a header announces.
type Source struct {
	// Own reports that the connection is the proxy's own, a check of health for
	// example, or that it does not know: the connection's addresses count.
	Own bool
	// Addr is the peer's address; the zero value for a unix socket.
	Addr netip.AddrPort
}

// Read reads from a connection as much of the header as is there, and reports
// whether it is complete. Behind a line that ends before any header can, which
// Source refuses, a few bytes may have been read. A connection with nothing more there returns 0 or an
// error that again says so; that error, the end of the stream included, is
// returned as it is.
func (r *Reader) Read(from io.Reader) (done bool, err error) {
	for {
		need, err := r.need()
		if need == 0 || err != nil {
			return err == nil, err
		}
		at := len(r.buf)
		r.buf = append(r.buf, make([]byte, need)...)
		n, err := from.Read(r.buf[at:])
		r.buf = r.buf[:at+max(n, 0)]
		if n <= 0 {
			return false, err
		}
	}
}

// need is how many more bytes are certain to belong to the header, 0 if it is
// complete.
func (r *Reader) need() (int, error) {
	have := len(r.buf)
	switch head := r.buf[:min(have, first)]; {
	case bytes.HasPrefix(head, proxyproto.SIGV1):
		return r.needLine()
	case have < first && (bytes.HasPrefix(proxyproto.SIGV1, head) || bytes.HasPrefix(proxyproto.SIGV2, head)):
		return first - have, nil
	case !bytes.Equal(head, proxyproto.SIGV2):
		return 0, proxyproto.ErrNoProxyProtocol
	case have < fixed:
		return fixed - have, nil
	}
	whole := fixed + int(binary.BigEndian.Uint16(r.buf[fixed-2:]))
	if whole > MaxBlock {
		return 0, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLong, whole, MaxBlock)
	}
	return whole - have, nil
}

// needLine is need for version 1, whose length is known only at its end.
func (r *Reader) needLine() (int, error) {
	switch have := len(r.buf); {
	case bytes.IndexByte(r.buf, '\n') >= 0:
		return 0, nil
	case have >= MaxLine:
		return 0, fmt.Errorf("%w: the limit of a line is %d", ErrTooLong, MaxLine)
	case have < first:
		return first - have, nil
	case r.buf[have-1] == '\r' || have == MaxLine-1:
		return 1, nil
	}
	return 2, nil // the end of the line at least
}

// Source returns the peer that the header announces; it must be complete.
func (r *Reader) Source() (Source, error) {
	h, err := proxyproto.Read(bufio.NewReaderSize(bytes.NewReader(r.buf), len(r.buf)))
	if err != nil {
		return Source{}, err
	}
	if h.Command.IsLocal() {
		return Source{Own: true}, nil
	}
	switch addr := h.SourceAddr.(type) {
	case *net.TCPAddr:
		at := addr.AddrPort()
		return Source{Addr: netip.AddrPortFrom(at.Addr().Unmap(), at.Port())}, nil
	case *net.UnixAddr:
		if h.TransportProtocol.IsStream() {
			return Source{}, nil
		}
	}
	return Source{}, ErrAddress
}
