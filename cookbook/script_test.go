package cookbook_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A script is read from a file, a step a line; lines that begin with # are
// comments. The first word says who does something, the second what:
//
//	program starts ARGUMENTS    it runs, from here on
//	program listens [AS]        it says "listening on ADDRESS", which gets that name
//	program is interrupted      it gets the signal INT
//	program gets SIGNAL         it gets another one
//	ann connects [TO]           a visitor, to an address that the program listens at, or a path
//	ann browses [TO]            a visitor who says requests and hears responses of HTTP
//	ann opens [TO]              a visitor with datagrams, each a line
//	web listens                 a server for the program to connect to
//	web accepts ann             its next connection is ann
//	web stops                   it listens no more
//	dns resolves                a server for DNS: see resolver
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
type step struct {
	line          int
	who, do, text string
}

func readScript(t *testing.T, file string) []step {
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var steps []step
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		s := step{line: i + 1}
		s.who, line, _ = strings.Cut(line, " ")
		s.do, s.text, _ = strings.Cut(line, " ")
		steps = append(steps, s)
	}
	return steps
}
