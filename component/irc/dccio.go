package irc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// maxChatLine is how many bytes a line of a chat may have.
const maxChatLine = 64 << 10

// up is a direct connection that has been made.
func (d *dccConn) up(s socketfactory.Socket) {
	_ = d.factory.Close()
	d.factory = nil
	d.Peer = s.Peer.Addr().Unmap().String()
	f, err := d.filter()
	if err == nil && d.Type == "GET" {
		err = d.create()
	}
	if err == nil && d.Type == "SEND" {
		_, err = d.file.Seek(d.sent, io.SeekStart)
	}
	if err == nil {
		d.wheel, err = readwrite.New(d.c.k, readwrite.Config{Handle: s.Handle, Filter: f, Events: d.events()})
	}
	if err != nil {
		s.Handle.Close()
		d.fail(err.Error())
		return
	}
	d.wait(d.c.config.DCC.IdleTimeout, "DCC transfer timed out")
	if d.Type == "CHAT" {
		d.c.Emit("dcc_start", d.ID, d.Nick, d.Type, d.Port, nil, nil, d.Peer)
	} else {
		d.c.Emit("dcc_start", d.ID, d.Nick, d.Type, d.Port, d.File, d.Size, d.Peer)
	}
	if d.Type == "SEND" {
		d.sendBlock()
	}
}

func (d *dccConn) filter() (filter.Filter, error) {
	switch d.Type {
	case "SEND": // the other side says in four bytes how far it has got
		return filter.NewBlock(filter.BlockConfig{BlockSize: 4})
	case "CHAT":
		return filter.NewLine(filter.LineConfig{Literal: "\n", MaxLength: maxChatLine, MaxBuffer: 2 * maxChatLine})
	}
	return filter.NewStream(), nil
}

func (d *dccConn) events() readwrite.Events {
	return readwrite.Funcs{
		Bytes:   func(_ *readwrite.Wheel, record []byte) { d.received(record) },
		Flushed: func(*readwrite.Wheel) { d.flushed() },
		Error:   func(_ *readwrite.Wheel, err *kernel.OpError) { d.ended(err) },
	}
}

// create opens the file to write.
func (d *dccConn) create() (err error) {
	flags := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if d.resume {
		flags = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	d.file, err = os.OpenFile(d.File, flags, 0o666)
	return err
}

func (d *dccConn) received(record []byte) {
	switch d.Type {
	case "GET":
		d.write(record)
	case "SEND":
		d.acknowledged(binary.BigEndian.Uint32(record))
	default:
		d.c.Emit("dcc_"+strings.ToLower(d.Type), d.ID, d.Nick, d.Port, string(record), d.Peer)
	}
}

// write writes what has come and acknowledges it.
func (d *dccConn) write(data []byte) {
	limit := d.Size
	if limit == 0 {
		limit = d.c.config.DCC.MaxSize
	}
	if limit > 0 && d.Done+int64(len(data)) > limit {
		d.fail(fmt.Sprintf("the sender sends more than %d bytes", limit))
		return
	}
	if _, err := d.file.Write(data); err != nil {
		d.fail(err.Error())
		return
	}
	d.Done += int64(len(data))
	d.wheel.PutBytes(binary.BigEndian.AppendUint32(nil, uint32(d.Done)))
	d.wait(d.c.config.DCC.IdleTimeout, "DCC transfer timed out")
	d.c.Emit("dcc_get", d.ID, d.Nick, d.Port, d.File, d.Size, d.Done, d.Peer)
}

// acknowledged is how far the receiver has got, modulo 4 GiB.
func (d *dccConn) acknowledged(position uint32) {
	if more := int64(position - uint32(d.Done)); d.Done+more <= d.sent {
		d.Done += more
	}
	d.wait(d.c.config.DCC.IdleTimeout, "DCC transfer timed out")
	d.c.Emit("dcc_send", d.ID, d.Nick, d.Port, d.File, d.Size, d.Done, d.Peer)
	if d.Done >= d.Size {
		d.done()
	}
}

// sendBlock sends the next part of the file.
func (d *dccConn) sendBlock() {
	buffer := make([]byte, min(int64(d.blockSize), max(d.Size-d.sent, 0)))
	n, err := io.ReadFull(d.file, buffer)
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) && len(buffer) > 0 {
		err = errors.New("the file has become shorter")
	}
	if err != nil && !errors.Is(err, io.EOF) {
		d.fail(err.Error())
		return
	}
	if n == 0 {
		if d.Size == d.Done { // empty, or nothing left
			d.done()
		}
		return
	}
	d.sent += int64(n)
	d.wheel.PutBytes(buffer)
}

// flushed continues when what was put is written.
func (d *dccConn) flushed() {
	switch {
	case d.Type == "SEND" && d.sent < d.Size:
		d.sendBlock()
	case d.closing:
		d.done()
	}
}

// ended is the end of the connection, or an error.
func (d *dccConn) ended(err *kernel.OpError) {
	complete := d.Type == "GET" && (d.Size == 0 || d.Done >= d.Size) || d.Type == "CHAT"
	if errors.Is(err, io.EOF) && complete {
		d.done()
		return
	}
	d.fail(failure(err))
}

// dccChatEvent says lines in a chat: the connection and the lines.
func (c *Client) dccChatEvent(e kernel.Event) {
	args, goesOn := c.dccUser(e)
	e.Args = args
	if !goesOn {
		return
	}
	conn := c.dccConnOf(e)
	if conn == nil || conn.Type == "SEND" || conn.Type == "GET" || conn.wheel == nil {
		c.warn("dcc_chat needs a chat that is connected", "args", e.Args)
		return
	}
	for _, line := range texts(e.Args[1:]) {
		conn.wheel.PutText(oneLine(line))
	}
}

// dccCloseEvent ends a connection, a chat once its lines are written.
func (c *Client) dccCloseEvent(e kernel.Event) {
	args, goesOn := c.dccUser(e)
	e.Args = args
	if !goesOn {
		return
	}
	conn := c.dccConnOf(e)
	switch {
	case conn == nil:
		c.warn("dcc_close needs a connection", "args", e.Args)
	case conn.wheel != nil && conn.wheel.OutOctets() > 0 && conn.Type == "CHAT":
		conn.closing = true
	default:
		conn.done()
	}
}

// dccConnOf returns the connection that the first argument names.
func (c *Client) dccConnOf(e kernel.Event) *dccConn {
	id, _ := kernel.ArgOK[kernel.WheelID](e, 0)
	return c.dcc.conns[id]
}
