package script

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// browser talks HTTP: it says METHOD TARGET VERSION BODY, the body being
// optional, or anything else as it is. What it hears are the lines of a
// response: the status, the fields of the head in the order of the alphabet, an
// empty line if there is a body, and that.
type browser struct {
	*connection
	in      *bufio.Reader
	methods []string // of the requests that have no response yet
	heard   []string // lines of the last response that were not asked for yet
}

func browse(addr string) (*browser, error) {
	c, err := connect(addr)
	if err != nil {
		return nil, err
	}
	return &browser{connection: c, in: bufio.NewReader(c.Conn)}, nil
}

func (b *browser) say(text string) error {
	words := append(strings.SplitN(text, " ", 4), "", "", "")
	b.methods = append(b.methods, words[0])
	if !strings.HasPrefix(words[2], "HTTP/") {
		return b.connection.say(text)
	}
	request := fmt.Sprintf("%s %s %s\r\nHost: here\r\n", words[0], words[1], words[2])
	if words[3] != "" {
		request += fmt.Sprintf("Content-Length: %d\r\n", len(words[3]))
	}
	_, err := io.WriteString(b, request+"\r\n"+words[3])
	return err
}

func (b *browser) hear() (string, error) {
	if len(b.heard) == 0 {
		if err := b.receive(); err != nil {
			return "", err
		}
	}
	line := b.heard[0]
	b.heard = b.heard[1:]
	return line, nil
}

// receive reads a response.
func (b *browser) receive() error {
	if err := b.SetReadDeadline(time.Now().Add(Timeout)); err != nil {
		return err
	}
	if _, err := b.in.Peek(1); err != nil {
		return err // the end, between two responses
	}
	request := &http.Request{Method: http.MethodGet}
	if len(b.methods) > 0 {
		request.Method = b.methods[0]
		b.methods = b.methods[1:]
	}
	r, err := http.ReadResponse(b.in, request)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	if r.Close { // package http has taken the field out
		r.Header.Set("Connection", "close")
	}
	r.Header.Del("Date") // which no script can know
	var fields []string
	for name, values := range r.Header {
		fields = append(fields, name+": "+strings.Join(values, ", "))
	}
	slices.Sort(fields)
	b.heard = append([]string{r.Proto + " " + r.Status}, fields...)
	if len(body) > 0 {
		b.heard = append(b.heard, "")
		b.heard = append(b.heard, strings.Split(strings.TrimSuffix(string(body), "\n"), "\n")...)
	}
	return nil
}
