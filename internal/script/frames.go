package script

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/stomp"
)

// frames talks in frames of STOMP, each in a line: COMMAND KEY:VALUE ... | BODY, its
// headers sorted. What clients differ in is not heard: versions, hosts, signs of life
// and lengths. $RECEIPT is the receipt that was last asked for.
type frames struct {
	net.Conn
	filter  *stomp.Filter
	buf     []byte
	receipt string
}

// ignored are the headers that are not heard.
var ignored = []string{"accept-version", "host", "heart-beat", "content-length", "bytes_message"}

// newFrames makes one of a connection that has not been heard yet.
func newFrames(p peer) (peer, error) {
	f, err := stomp.New(stomp.Config{})
	return &frames{Conn: p.(*connection).Conn, filter: f}, err
}

func (f *frames) say(text string) error {
	head, body, _ := strings.Cut(strings.ReplaceAll(text, "$RECEIPT", f.receipt), " | ")
	command, headers, _ := strings.Cut(head, " ")
	frame := &stomp.Frame{Command: command, Body: []byte(body), NoContentLength: true}
	for _, field := range strings.Fields(headers) {
		key, value, _ := strings.Cut(field, ":")
		frame.Headers = append(frame.Headers, stomp.Header{Key: key, Value: value})
	}
	encoded, err := f.filter.Append(nil, frame)
	if err == nil {
		_, err = f.Write(append(encoded, '\n'))
	}
	return err
}

func (f *frames) hear() (string, error) {
	for {
		rec, n, err := f.filter.Decode(f.buf)
		f.buf = f.buf[n:]
		switch {
		case err == nil:
			return f.text(rec.(*stomp.Frame)), nil
		case !errors.Is(err, filter.ErrMore):
			return "", err
		}
		if err := f.SetReadDeadline(time.Now().Add(Timeout)); err != nil {
			return "", err
		}
		block := make([]byte, 4096)
		n, err = f.Read(block)
		f.buf = append(f.buf, block[:n]...)
		if n == 0 {
			return "", err
		}
	}
}

// text is a frame in a line.
func (f *frames) text(frame *stomp.Frame) string {
	var headers []string
	for _, h := range frame.Headers {
		value := strings.TrimSpace(h.Value) // older clients have a blank before it
		if h.Key == "receipt" {
			f.receipt = value
			value = "$RECEIPT"
		}
		if !slices.Contains(ignored, h.Key) {
			headers = append(headers, fmt.Sprintf(" %s:%s", h.Key, value))
		}
	}
	slices.Sort(headers)
	line := frame.Command + strings.Join(headers, "")
	if body := strings.TrimSpace(string(frame.Body)); body != "" {
		line += " | " + body
	}
	return line
}

func (f *frames) close() error { return f.Close() }
