package irc

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// dccEvent offers a chat or a file: nick, type, file, block size, time-out in
// seconds or as a time.Duration.
func (c *Client) dccEvent(e kernel.Event) {
	args, goesOn := c.dccUser(e)
	e.Args = args
	nick, kind := textArg(e, 0), strings.ToUpper(textArg(e, 1))
	switch {
	case !goesOn:
	case nick == "" || kind == "" || kind == "SEND" && textArg(e, 2) == "":
		c.warn("dcc needs a nick, a type and for SEND a file", "args", e.Args)
	default:
		block, _ := kernel.ArgOK[int](e, 3)
		conn := &dccConn{DCC: DCC{Nick: nick, Type: kind, File: textArg(e, 2)}, blockSize: block}
		wait := time.Duration(0)
		if e.Arg(4) != nil {
			wait = shutdownWait(e.Arg(4))
		}
		c.offerDCC(conn, wait)
	}
}

// offerDCC listens and tells the other side where.
func (c *Client) offerDCC(conn *dccConn, wait time.Duration) {
	if conn.blockSize <= 0 {
		conn.blockSize = dccBlockSize
	}
	err := c.openOffer(conn)
	if err == nil && c.dccFull() {
		err = errors.New("there are too many connections")
	}
	var handle *kernel.Handle
	if err == nil {
		handle, err = c.dccListen()
	}
	if err == nil {
		conn.factory, err = socketfactory.New(c.k, socketfactory.Config{Listener: handle, Events: socketfactory.Funcs{
			Success: func(_ *socketfactory.Wheel, s socketfactory.Socket) { conn.up(s) },
			Failure: func(_ *socketfactory.Wheel, err *kernel.OpError) { conn.fail(failure(err)) },
		}})
	}
	if err != nil {
		conn.c = c
		conn.fail(err.Error())
		return
	}
	at, _ := netip.ParseAddrPort(fmt.Sprint(handle.LocalAddr()))
	conn.Port = int(at.Port())
	c.addDCC(conn)
	if wait > 0 {
		conn.wait(wait, "DCC connection timed out")
	}
	_ = c.Yield("ctcp", conn.Nick, conn.offer(c.dccAddr(at.Addr())))
}

// offer is the text of the offer.
func (d *dccConn) offer(addr netip.Addr) string {
	text := "DCC " + d.Type + " " + d.offered + " " + formatAddr(addr) + " " + strconv.Itoa(d.Port)
	if d.Type == "SEND" {
		text += " " + strconv.FormatInt(d.Size, 10)
	}
	return text
}

// openOffer opens the file to send.
func (c *Client) openOffer(conn *dccConn) error {
	conn.offered = "chat"
	if conn.Type != "SEND" {
		return nil
	}
	file, err := os.OpenFile(conn.File, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a FIFO would wait
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &os.PathError{Op: "send", Path: conn.File, Err: errors.New("is no regular file")}
	}
	if err != nil {
		_ = file.Close()
		return err
	}
	conn.file, conn.Size, conn.offered = file, info.Size(), quoteFile(filepath.Base(conn.File))
	return nil
}

// dccListen listens on the first port that is free.
func (c *Client) dccListen() (*kernel.Handle, error) {
	ports := c.config.DCC.Ports
	if len(ports) == 0 {
		ports = []int{0}
	}
	var failed error
	for _, port := range ports {
		handle, err := socketfactory.Listen(socketfactory.Config{BindAddress: c.LocalAddr(), BindPort: port, Reuse: true, ListenQueue: 1})
		if err == nil {
			return handle, nil
		}
		failed = err
	}
	return nil, failed
}

// dccAddr is the address to name to others.
func (c *Client) dccAddr(local netip.Addr) netip.Addr {
	if addr, err := netip.ParseAddr(c.config.DCC.NATAddr); err == nil {
		return addr
	}
	return local
}

// dccAcceptEvent accepts an offer: the offer, and where to write the file.
func (c *Client) dccAcceptEvent(e kernel.Event) {
	args, goesOn := c.dccUser(e)
	e.Args = args
	offer, ok := kernel.ArgOK[*DCCOffer](e, 0)
	switch {
	case !goesOn:
	case !ok || offer == nil:
		c.warn("dcc_accept needs the offer of dcc_request", "args", e.Args)
	default:
		if path := textArg(e, 1); path != "" {
			offer.path = path
		}
		c.acceptDCC(offer, false)
	}
}

// acceptDCC connects to the other side.
func (c *Client) acceptDCC(offer *DCCOffer, resume bool) {
	conn := &dccConn{DCC: DCC{Nick: offer.From.Nick, Type: offer.Type, Port: offer.Port, File: offer.File, Size: offer.Size}, resume: resume}
	if offer.Type == "SEND" {
		conn.Type = "GET"
		if offer.path != "" {
			conn.File = offer.path
		}
	}
	if resume {
		conn.Done = offer.at
	}
	var err error
	switch limit := c.config.DCC.MaxSize; {
	case !offer.Addr.IsValid() || offer.Port == 0:
		err = errors.New("the offer names no port to connect to")
	case limit > 0 && offer.Size > limit:
		err = fmt.Errorf("the file has %d bytes, the limit is %d", offer.Size, limit)
	case c.dccFull():
		err = errors.New("there are too many connections")
	default:
		conn.factory, err = socketfactory.New(c.k, socketfactory.Config{
			RemoteAddress: offer.Addr.String(), RemotePort: offer.Port,
			Events: socketfactory.Funcs{
				Success: func(_ *socketfactory.Wheel, s socketfactory.Socket) { conn.up(s) },
				Failure: func(_ *socketfactory.Wheel, err *kernel.OpError) { conn.fail(failure(err)) },
			},
		})
	}
	if err != nil {
		conn.c = c
		conn.fail(err.Error())
		return
	}
	c.addDCC(conn)
}

// dccResumeEvent asks to resume a file that is partly there: the offer, and where
// it is.
func (c *Client) dccResumeEvent(e kernel.Event) {
	args, goesOn := c.dccUser(e)
	e.Args = args
	offer, ok := kernel.ArgOK[*DCCOffer](e, 0)
	if !goesOn {
		return
	}
	if !ok || offer == nil || offer.Type != "SEND" {
		c.warn("dcc_resume needs the offer of a file", "args", e.Args)
		return
	}
	offer.path = offer.File
	if path := textArg(e, 1); path != "" {
		offer.path = path
	}
	info, err := os.Stat(offer.path)
	if err != nil {
		c.warn("dcc_resume: the file cannot be resumed", "error", err)
		c.Emit("dcc_error", kernel.WheelID(0), err.Error(), offer.From.Nick, "GET", offer.Port, offer.path, offer.Size, int64(0), "")
		return
	}
	if c.dcc.resuming == nil {
		c.dcc.resuming = map[string]*DCCOffer{}
	}
	if len(c.dcc.resuming) < dccMaxOpen {
		offer.at = info.Size()
		c.dcc.resuming[resumeKey(offer.From.Nick, offer.Port)] = offer
		_ = c.Yield("ctcp", offer.From.Nick, "DCC RESUME "+quoteFile(offer.File)+" "+strconv.Itoa(offer.Port)+" "+strconv.FormatInt(offer.at, 10))
	}
}

// failure is the text of an error of a socket.
func failure(err *kernel.OpError) string {
	if errors.Is(err, io.EOF) {
		return "Aborted by the other side"
	}
	return fmt.Sprintf("%s error %d: %s", err.Op, errno(err), err.Text())
}
