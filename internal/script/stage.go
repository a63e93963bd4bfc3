package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Timeout is how long a step may take before the script has failed.
const Timeout = 30 * time.Second

// Run is the program or server that a script is played to.
type Run struct {
	Command []string // the program and its first arguments; the script has the others
	Dir     string   // its working directory; empty is the current one
	Env     []string // added to its environment, as NAME=VALUE
	Scratch string   // what $DIR is: it must not exist, and does not afterwards; empty makes one
}

// Outcome is what came of playing a script.
type Outcome struct {
	Heard  []string // "WHO < TEXT", for all that was heard, with $DIR and the like as the script has them
	Stderr string
	Exit   string // how the program ended, if not with status 0
	// Err is why the script could not be played to its end: the program said
	// something else or nothing, or did not end. It names the line.
	Err error
}

// peer is one end of a scripted conversation.
type peer interface {
	say(text string) error
	hear() (string, error) // the error is io.EOF at the end
	close() error
}

// stage is where a script is played: a program and those around it.
type stage struct {
	ctx     context.Context
	run     Run
	dir     string
	program *program
	heard   []string
	cleanup []func()
	addrs   map[string]string // where the program listens
	servers map[string]*server
	peers   map[string]peer
	pages   map[string]*pages
}

// Play plays the script to a program. The context ends the program early.
func (s *Script) Play(ctx context.Context, r Run) *Outcome {
	dir, err := r.scratch()
	if err != nil {
		return &Outcome{Err: err}
	}
	st := &stage{
		ctx: ctx, run: r, dir: dir,
		addrs: map[string]string{}, servers: map[string]*server{}, peers: map[string]peer{}, pages: map[string]*pages{},
	}
	st.after(func() { _ = os.RemoveAll(dir) })
	defer st.close()
	out := &Outcome{Err: st.play(s)}
	out.Heard = st.heard
	if p := st.program; p != nil {
		if out.Err != nil {
			p.kill()
		}
		if err := p.wait(); err != nil && out.Err == nil {
			out.Exit = err.Error()
		}
		out.Stderr = p.complaints.String()
	}
	return out
}

func (s *stage) play(script *Script) error {
	for _, st := range script.steps {
		st.who, st.text = s.expand(st.who), s.expand(st.text)
		if err := s.step(st); err != nil {
			return fmt.Errorf("%s:%d: %s: %w", script.name, st.line, st, err)
		}
	}
	if err := s.program.finish(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		return fmt.Errorf("%s: %w", script.name, err)
	}
	return nil
}

func (r Run) scratch() (string, error) {
	if r.Scratch == "" {
		return os.MkdirTemp("", "script")
	}
	return r.Scratch, os.Mkdir(r.Scratch, 0o700)
}

// after has f called when the script is over.
func (s *stage) after(f func()) { s.cleanup = append(s.cleanup, f) }

func (s *stage) close() {
	for i := len(s.cleanup) - 1; i >= 0; i-- {
		s.cleanup[i]()
	}
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

// unexpand takes out what differs with each run.
func (s *stage) unexpand(text string) string {
	known := []string{s.dir, "$DIR"}
	for name, server := range s.servers {
		known = append(known, fmt.Sprint("127.0.0.1:", server.port), "127.0.0.1:$"+strings.ToUpper(name))
	}
	return strings.NewReplacer(known...).Replace(text)
}

func (s *stage) step(st step) error {
	switch st.do {
	case ">", "<", "closes", "ends":
		return s.talk(st)
	case "connects", "browses", "upgrades", "opens", "chats":
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
		if s.program != nil {
			return errors.New("it was started before")
		}
		s.program, err = start(s.ctx, s.run, strings.Fields(st.text))
		if err != nil {
			s.program = nil
			return err
		}
		s.peers["program"] = s.program
		return nil
	}
	switch {
	case s.program == nil:
		return errors.New("it has not been started")
	case st.do == "is" && st.text == "interrupted":
		return sendSignal(s.program.cmd.Process, "INT")
	case st.do == "gets":
		return sendSignal(s.program.cmd.Process, st.text)
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
	if err == nil {
		s.heard = append(s.heard, s.unexpand(st.who+" < "+text))
	}
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
	case "upgrades":
		p, err = upgrade(addr)
	case "opens":
		p, err = open(addr)
	case "chats":
		p, err = chat(addr, st.who)
	}
	if err != nil {
		return err
	}
	s.after(func() { _ = p.close() })
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
	case st.do == "shows":
		return s.show(st.who, st.text)
	case st.do == "serves":
		return s.serveIRC(st.who)
	case server == nil:
		return errNoStep
	case st.do == "stops":
		return server.close()
	case st.do == "accepts", st.do == "carries":
		p, err := server.accept()
		if err == nil && st.do == "carries" {
			p, err = newFrames(p)
		}
		if err == nil {
			s.after(func() { _ = p.close() })
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
