package cookbook_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long a step may take before the test gives up.
const patience = 30 * time.Second

// peer is whoever can say and hear something in a script.
type peer interface {
	say(text string) error
	hear() (string, error) // the error is io.EOF at the end
	close() error
}

// stage is where a script is played: a program and those around it.
type stage struct {
	t       *testing.T
	dir     string
	command []string
	program *program
	addrs   map[string]string // where the program listens
	servers map[string]*server
	peers   map[string]peer
}

// play plays a script to the program that the command starts.
func play(t *testing.T, steps []step, command ...string) {
	s := &stage{
		t: t, dir: t.TempDir(), command: command,
		addrs: map[string]string{}, servers: map[string]*server{}, peers: map[string]peer{},
	}
	for _, st := range steps {
		st.who, st.text = s.expand(st.who), s.expand(st.text)
		require.NoError(t, s.step(st), "line %d of the script: %s %s %s", st.line, st.who, st.do, st.text)
	}
	require.NotNil(t, s.program, "the script starts no program")
	s.program.finish(t)
}

// expand puts in what is only known now.
func (s *stage) expand(text string) string {
	if !strings.Contains(text, "$") {
		return text
	}
	known := []string{"$DIR", s.dir, "$SOON", time.Now().Add(3 * time.Second).Format(time.TimeOnly)}
	for name, server := range s.servers {
		known = append(known, "$"+strings.ToUpper(name), fmt.Sprint(server.port))
	}
	return strings.NewReplacer(known...).Replace(text)
}

func (s *stage) step(st step) error {
	switch st.do {
	case ">", "<", "closes", "ends":
		return s.talk(st)
	case "connects", "browses", "opens":
		return s.visit(st)
	case "rotates":
		delete(s.peers, st.who)
		return rotate(st.who)
	}
	if st.who == "program" {
		return s.direct(st)
	}
	return s.serve(st)
}

var errNoStep = errors.New("no such step")

// direct is a step of the program itself.
func (s *stage) direct(st step) (err error) {
	if st.do == "starts" {
		s.program, err = start(append(s.command, strings.Fields(st.text)...))
		if err == nil {
			s.t.Cleanup(func() { s.program.kill(s.t) })
			s.peers["program"] = s.program
		}
		return err
	}
	switch {
	case s.program == nil:
		return errors.New("it has not been started")
	case st.do == "is" && st.text == "interrupted":
		return s.program.signal("INT")
	case st.do == "gets":
		return s.program.signal(st.text)
	case st.do == "listens":
		line, err := s.program.hear()
		addr, ok := strings.CutPrefix(line, "listening on ")
		if !ok {
			return fmt.Errorf("heard %q, %v", line, err)
		}
		s.addrs[st.text] = addr
		return nil
	}
	return errNoStep
}

// talk is a step of one who can say and hear.
func (s *stage) talk(st step) error {
	p := s.peers[st.who]
	if p == nil && strings.HasPrefix(st.who, "/") {
		p = &file{path: st.who}
		s.peers[st.who] = p
	}
	if p == nil {
		return fmt.Errorf("%s is not here", st.who)
	}
	switch st.do {
	case ">":
		return p.say(st.text)
	case "closes":
		return p.close()
	}
	text, err := p.hear()
	switch {
	case st.do == "ends":
		return ended(text, err)
	case err != nil:
		return err
	case text != st.text:
		return fmt.Errorf("heard %q", text)
	}
	return nil
}

// visit makes a peer that talks to the program.
func (s *stage) visit(st step) (err error) {
	addr := st.text
	if !strings.HasPrefix(addr, "/") {
		addr = s.addrs[st.text]
	}
	var p peer
	switch st.do {
	case "connects":
		p, err = connect(addr)
	case "browses":
		p, err = browse(addr)
	case "opens":
		p, err = open(addr)
	}
	if err != nil {
		return err
	}
	s.t.Cleanup(func() { _ = p.close() })
	s.peers[st.who] = p
	return nil
}

// serve is a step of a server that the program connects to.
func (s *stage) serve(st step) error {
	server := s.servers[st.who]
	switch {
	case st.do == "listens":
		return s.listen(st.who)
	case st.do == "resolves":
		return s.resolve(st.who)
	case server == nil:
		return errNoStep
	case st.do == "stops":
		return server.close()
	case st.do == "accepts":
		p, err := server.accept()
		if err == nil {
			s.t.Cleanup(func() { _ = p.close() })
			s.peers[st.text] = p
		}
		return err
	}
	return errNoStep
}

// ended tells what is wrong if a conversation is not over. A program that ends
// before it has read all resets it.
func ended(text string, err error) error {
	switch {
	case err == nil:
		return fmt.Errorf("heard %q", text)
	case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
		return nil
	}
	return err
}
