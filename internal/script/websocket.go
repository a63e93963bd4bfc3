package script

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/websocket"
)

// websocketUser is a visitor who says and hears texts by WebSocket, at the path
// /chat.
type websocketUser struct {
	*connection
	in      io.Reader
	frames  *websocket.Filter
	pending []byte // bytes that are no message yet
}

func upgrade(addr string) (*websocketUser, error) {
	c, err := connect(addr)
	if err != nil {
		return nil, err
	}
	frames, err := websocket.New(websocket.Config{Client: true})
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(c, "GET /chat HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n", websocket.NewKey())
	if err != nil {
		return nil, err
	}
	in := bufio.NewReader(c.Conn)
	if err := c.SetReadDeadline(time.Now().Add(Timeout)); err != nil {
		return nil, err
	}
	r, err := http.ReadResponse(in, nil)
	if err == nil && r.StatusCode != http.StatusSwitchingProtocols {
		err = errors.New(r.Status)
	}
	return &websocketUser{connection: c, in: in, frames: frames}, err
}

func (u *websocketUser) say(text string) error {
	frame, err := u.frames.Append(nil, websocket.Text(text))
	if err == nil {
		_, err = u.Write(frame)
	}
	return err
}

func (u *websocketUser) hear() (string, error) {
	if err := u.SetReadDeadline(time.Now().Add(Timeout)); err != nil {
		return "", err
	}
	for buffer := make([]byte, 4096); ; {
		record, n, err := u.frames.Decode(u.pending)
		u.pending = u.pending[n:]
		switch text, ok := record.(websocket.Text); {
		case ok:
			return string(text), nil
		case errors.Is(err, filter.ErrMore):
			n, err := u.in.Read(buffer)
			if u.pending = append(u.pending, buffer[:n]...); err != nil {
				return "", err
			}
		case err != nil:
			return "", err
		}
		if _, over := record.(websocket.Close); over {
			return "", io.EOF
		}
	}
}
