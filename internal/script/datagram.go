package script

import (
	"net"
	"time"
)

// datagrams talks in datagrams.
type datagrams struct{ net.Conn }

func open(addr string) (*datagrams, error) {
	conn, err := net.Dial(network(addr, "udp", "unixgram"), addr)
	if err != nil {
		return nil, err
	}
	return &datagrams{conn}, nil
}

func (d *datagrams) say(text string) error {
	_, err := d.Write([]byte(text))
	return err
}

func (d *datagrams) hear() (string, error) {
	if err := d.SetReadDeadline(time.Now().Add(Timeout)); err != nil {
		return "", err
	}
	buf := make([]byte, 65536)
	n, err := d.Read(buf)
	return string(buf[:n]), err
}

func (d *datagrams) close() error { return d.Close() }
