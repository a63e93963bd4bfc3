package httpserver

import (
	"net/http"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/websocket"
)

// Upgrade ends HTTP on the connection: the answer is sent, usually 101, then f
// is the filter of both directions, and input is called with its records. f
// also decodes what the peer has sent after the request. The error is ErrEnded.
func (r *Response) Upgrade(answer *http.Response, f filter.Filter, input servertcp.InputHandler) error {
	if r.ended || r.begun {
		return ErrEnded
	}
	c := r.conn.client
	r.begun, r.Status = true, answer.StatusCode
	r.conn.taken = true
	c.Put(answer)
	c.Wheel.SetFilter(f)
	c.SetInput(input)
	if r.conn.paused {
		r.conn.paused = false
		c.Wheel.ResumeInput()
	}
	r.end()
	return nil
}

// WebSocket answers a client's request to switch to WebSocket. From then on
// input is called with the messages: websocket.Text, Binary, Ping, Pong and
// Close; messages are sent by Client.Put. A Ping is not answered automatically.
// If the request does not ask for WebSocket, it is answered with an error
// status, and the error is a *websocket.HandshakeError. The program must check
// before the call who may connect, by the header Origin for example.
func (r *Response) WebSocket(config websocket.Config, input func(c *servertcp.Client, message any)) error {
	if r.ended || r.begun {
		return ErrEnded
	}
	f, err := websocket.New(config)
	if err != nil {
		return err
	}
	answer, err := websocket.Upgrade(r.Request)
	if err != nil {
		r.begun, r.Status, r.closes = true, answer.StatusCode, answer.Close
		r.conn.client.Put(answer)
		r.end()
		return err
	}
	return r.Upgrade(answer, f, servertcp.Input(input))
}
