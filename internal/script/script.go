// Package script plays scripted conversations to programs: what a program is
// given, what visitors say to it and hear, which servers there are for it, and what
// it prints.
//
// A script has a step a line; lines that begin with # are comments. The first word says who does something, the second what:
//
//	program starts ARGUMENTS    it runs, from here on
//	program listens [AS]        it says "listening on ADDRESS", which gets that name
//	program is interrupted      it gets the signal INT
//	program gets SIGNAL         it gets another one
//	ann connects [TO]           a visitor, to an address that the program listens at, or a path
//	ann browses [TO]            a visitor who says requests and hears responses of HTTP
//	ann upgrades [TO]           a visitor who says and hears texts by WebSocket, at /chat
//	ann opens [TO]              a visitor with datagrams, each a line
//	web listens                 a server for the program to connect to
//	web accepts ann             its next connection is ann
//	mq carries ann              its next connection is ann, who says and hears frames of
//	                            STOMP: COMMAND KEY:VALUE ... | BODY; see frames
//	web stops                   it listens no more
//	dns resolves                a server for DNS: see resolver
//	web shows PATH STATUS TEXT  an HTTP server for the program has that page; TEXT of a
//	                            redirection is where it leads
//	irc serves                  an IRC server, whose operator is root with the password secret
//	ann chats irc               a visitor of it with that nick: see ircUser
//	WHO > TEXT                  says a line; to a file: adds it
//	WHO < TEXT                  hears that line and nothing else
//	WHO closes                  ends the conversation, or the program's standard input
//	WHO ends                    hears the end of it
//	$DIR/FILE rotates           the file gets another name, an empty one takes its place
//	                            and is heard from its beginning
//
// A script ends when the program has ended, without an error and without having
// said more. In all words $DIR is a directory for the script, $SOON a time of
// day two to three seconds from now, and $WEB, for a server web, its port.
package script

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// Script is a scripted conversation.
type Script struct {
	name  string
	steps []step
}

// step is a line of a script.
type step struct {
	line          int
	who, do, text string
}

// verbs are what may happen in a step.
var verbs = []string{"starts", "listens", "is", "gets", "connects", "browses", "upgrades", "opens", "accepts", "carries", "stops", "resolves", "shows", "serves", "chats", ">", "<", "closes", "ends", "rotates"}

// Read reads a script from a file.
func Read(file string) (*Script, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Parse(file, string(text))
}

// Parse reads a script from a text; name is for messages. The error names the
// first line which is no step.
func Parse(name, text string) (*Script, error) {
	s := &Script{name: name}
	started := false
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		st := step{line: i + 1}
		st.who, line, _ = strings.Cut(line, " ")
		st.do, st.text, _ = strings.Cut(line, " ")
		if !slices.Contains(verbs, st.do) {
			return nil, fmt.Errorf("%s:%d: %q is no step of a script: WHO, then one of %s", name, i+1, st, strings.Join(verbs, " "))
		}
		started = started || st.who == "program" && st.do == "starts"
		s.steps = append(s.steps, st)
	}
	if !started {
		return nil, fmt.Errorf("%s: the script starts no program: it needs a line \"program starts ARGUMENTS\"", name)
	}
	return s, nil
}

func (st step) String() string { return strings.TrimSpace(st.who + " " + st.do + " " + st.text) }
