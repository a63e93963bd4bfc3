package ikc

import (
	"fmt"
	"strings"
)

// Protocol selects how a client begins the negotiation. Servers accept both.
type Protocol int

const (
	// IKC0 sends everything in one line, and falls back to IKC if the server
	// refuses that.
	IKC0 Protocol = iota
	// IKC is the older form, a line at a time, for servers that leave IKC0
	// unanswered.
	IKC
)

// step is what a side of the negotiation waits for.
type step int

const (
	stepGreeting step = iota // server: HELLO or SETUP
	stepSetup                // client: the server's SETUP
	stepNames                // client first: IAM, or DONE
	stepNamed                // OK to the IAM that was said
	stepTheirs               // server: IAM, or DONE
	stepFreezers             // server: FREEZER, or WORLD
	stepFreezer              // client: OK to the FREEZER that was said
	stepUp                   // client: UP
	stepDone
)

// negotiation is one side of the lines that begin a connection. It knows
// nothing of connections: lines go in, lines come out.
type negotiation struct {
	config *Config
	client bool
	names  []string // ours, the ID first

	step  step
	lines int      // that have come
	named int      // how many of our names are said
	tried int      // how many of our freezers are said
	peer  []string // their names, the ID first

	freezer *Freezer // that is agreed upon
}

// open is what a client says first.
func (n *negotiation) open(p Protocol) []string {
	if n.step = stepSetup; p == IKC0 {
		var freezers []string
		for _, f := range n.config.Freezers {
			freezers = append(freezers, f.Name)
		}
		return []string{n.setup(freezers)}
	}
	return n.hello()
}

func (n *negotiation) hello() []string {
	n.step = stepNames
	return []string{"HELLO"}
}

func (n *negotiation) setup(freezers []string) string {
	return "SETUP KERNEL=" + strings.Join(n.names, ",") + ";FREEZER=" + strings.Join(freezers, ",")
}

// receive processes a line and returns the lines to send. After an error the connection is
// of no use; what is returned with it may still be sent.
func (n *negotiation) receive(line string) (answer []string, err error) {
	if n.lines++; n.lines > 4*n.config.MaxNames+64 {
		return nil, &LimitError{"MaxNames", n.config.MaxNames}
	}
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case n.step == stepGreeting && line == "HELLO":
		n.step = stepNamed
		return n.nextName(), nil
	case n.step == stepGreeting && word == "HELLO":
		return []string{"NOT"}, nil // a later form, whose client tries this one next
	case n.step == stepGreeting && word == "SETUP":
		return n.answerSetup(rest)
	case n.step == stepSetup && word == "SETUP":
		return n.receiveSetup(rest)
	case n.step == stepSetup && line == "NOT":
		return n.hello(), nil
	case (n.step == stepNames || n.step == stepTheirs) && word == "IAM":
		return n.receiveName(strings.TrimSpace(rest))
	case n.step == stepNames && line == "DONE":
		n.step = stepNamed
		return n.nextName(), nil
	case n.step == stepTheirs && line == "DONE":
		n.step = stepFreezers
		return nil, n.checkPeer()
	case n.step == stepNamed && line == "OK":
		return n.nextName(), nil
	case n.step == stepFreezers:
		return n.receiveFreezer(word, rest)
	case n.step == stepFreezer && (line == "OK" || line == "NOT"):
		return n.afterFreezer(line == "OK")
	case n.step == stepUp && line == "UP":
		n.step = stepDone
		return nil, nil
	}
	return n.unexpected(line)
}

// unexpected is what a line that does not belong there comes to.
func (n *negotiation) unexpected(line string) ([]string, error) {
	err := fmt.Errorf("%w: %.80q is out of place", ErrNegotiation, line)
	if line == "NOT" {
		return nil, err
	}
	return []string{"NOT"}, err
}

// nextName returns the line of the next of our names, or that these were all.
func (n *negotiation) nextName() []string {
	if n.named < len(n.names) {
		n.named++
		return []string{"IAM " + n.names[n.named-1]}
	}
	if !n.client {
		n.step = stepTheirs
		return []string{"DONE"}
	}
	n.step = stepFreezer
	return []string{"DONE", "FREEZER " + n.config.Freezers[0].Name}
}

func (n *negotiation) receiveName(name string) ([]string, error) {
	if err := n.addName(name); err != nil {
		return []string{"NOT"}, err
	}
	return []string{"OK"}, nil
}

// addName adds one of the peer's names.
func (n *negotiation) addName(name string) error {
	ok := name != "" && len(name) <= maxName && allOf(name, func(c byte) bool {
		return isWordChar(c) || strings.IndexByte("-.: []/", c) >= 0
	})
	if !ok {
		return fmt.Errorf("%w: %.80q is no name of a kernel", ErrNegotiation, name)
	}
	if len(n.peer) >= n.config.MaxNames {
		return &LimitError{"MaxNames", n.config.MaxNames}
	}
	n.peer = append(n.peer, name)
	return nil
}

func (n *negotiation) checkPeer() error {
	if len(n.peer) == 0 {
		return fmt.Errorf("%w: the peer has no name", ErrNegotiation)
	}
	return nil
}

// find looks for a freezer by its name.
func (n *negotiation) find(name string) *Freezer {
	for i, f := range n.config.Freezers {
		if f.Name == name {
			return &n.config.Freezers[i]
		}
	}
	return nil
}

// receiveFreezer processes a freezer that the client proposes, or the end of the proposals.
func (n *negotiation) receiveFreezer(word, rest string) ([]string, error) {
	switch {
	case word == "FREEZER":
		if n.freezer = n.find(strings.TrimSpace(rest)); n.freezer == nil {
			return []string{"NOT"}, nil
		}
		return []string{"OK"}, nil
	case word == "WORLD" && rest == "":
		if n.freezer == nil { // the client leaves it to the default
			n.freezer = n.find("Storable")
		}
		if n.freezer == nil {
			return []string{"NOT"}, ErrFreezer
		}
		n.step = stepDone
		return []string{"UP"}, nil
	}
	return n.unexpected(strings.TrimSpace(word + " " + rest))
}

// afterFreezer is what a client says to the answer to its proposal.
func (n *negotiation) afterFreezer(agreed bool) ([]string, error) {
	if agreed {
		n.freezer, n.step = &n.config.Freezers[n.tried], stepUp
		return []string{"WORLD"}, nil
	}
	if n.tried++; n.tried == len(n.config.Freezers) {
		return nil, ErrFreezer
	}
	return []string{"FREEZER " + n.config.Freezers[n.tried].Name}, nil
}

// parseSetup reads the line of IKC0 and finds the first freezer that we have.
func (n *negotiation) parseSetup(rest string) (err error) {
	n.peer, n.freezer = nil, nil
	for part := range strings.SplitSeq(rest, ";") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "KERNEL":
			for name := range strings.SplitSeq(value, ",") {
				if err := n.addName(name); err != nil {
					return err
				}
			}
		case "FREEZER":
			for name := range strings.SplitSeq(value, ",") {
				if n.freezer == nil {
					n.freezer = n.find(name)
				}
			}
		case "PID":
		default:
			return fmt.Errorf("%w: %.80q in SETUP", ErrNegotiation, part)
		}
	}
	if n.freezer == nil {
		return ErrFreezer
	}
	return n.checkPeer()
}

// answerSetup is what a server says to the SETUP of a client. One that it does
// not understand may be followed by the older form.
func (n *negotiation) answerSetup(rest string) ([]string, error) {
	if err := n.parseSetup(rest); err != nil {
		n.peer, n.freezer = nil, nil
		return []string{"NOT"}, nil
	}
	n.step = stepDone
	return []string{n.setup([]string{n.freezer.Name})}, nil
}

// receiveSetup processes the SETUP of the server.
func (n *negotiation) receiveSetup(rest string) ([]string, error) {
	if err := n.parseSetup(rest); err != nil {
		return []string{"NOT"}, err
	}
	n.step = stepDone
	return nil, nil
}
