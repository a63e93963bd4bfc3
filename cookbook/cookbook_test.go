package cookbook_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/script"
)

// TestPrograms plays each script to the program in Go, and to the one in Perl
// where POE is installed. POE_REQUIRED=1 makes it a failure that it is not.
func TestPrograms(t *testing.T) {
	scripts, err := filepath.Glob("*/script.txt")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	out, err := exec.Command("perl", "-MPOE", "-e", "print $POE::VERSION").Output()
	havePOE := err == nil && string(out) == "1.370"
	if !havePOE && os.Getenv("POE_REQUIRED") != "" {
		t.Fatalf("POE 1.370 is required and not there: %q, %v", out, err)
	}
	programs := build(t)
	for _, file := range scripts {
		name := filepath.Dir(file)
		s, err := script.Read(file)
		require.NoError(t, err)
		havePerl := havePOE && haveModule(t, name)
		t.Run(name+"/go", func(t *testing.T) {
			t.Parallel()
			play(t, s, filepath.Join(programs, name))
		})
		if havePerl {
			t.Run(name+"/perl", func(t *testing.T) {
				t.Parallel()
				play(t, s, "perl", filepath.Join(name, "perl", "main.pl"))
			})
		}
	}
}

// modules are what programs in Perl need besides POE and HTTP::Message.
var modules = map[string]string{
	"ircstate": "POE::Component::IRC", "titles": "POE::Component::Client::HTTP",
	"headlines": "POE::Component::RSSAggregator", "pingwatch": "POE::Component::Client::Ping",
	"bridge": "POE::Component::IRC POE::Component::Server::SimpleHTTP", "lookup": "POE::Component::Client::DNS",
	"queue":     "POE::Component::JobQueue POE::Component::Server::SimpleHTTP",
	"timetable": "POE::Component::Schedule DateTime::Event::Cron", "stomprelay": "POE::Filter::Stomp", "salon": "POE::Filter::IRCD Protocol::WebSocket",
}

// haveModule reports whether the modules that a program needs are there.
// POE_REQUIRED=1 makes it a failure that one is not.
func haveModule(t *testing.T, program string) bool {
	for _, module := range strings.Fields(modules[program]) {
		out, err := exec.Command("perl", "-M"+module, "-e", "1").CombinedOutput()
		if err == nil {
			continue
		}
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatalf("%s is required and not there: %v, %s", module, err, out)
		}
		return false
	}
	return true
}

// play plays a script to the program that the command starts. The program must
// end well and complain of nothing.
func play(t *testing.T, s *script.Script, command ...string) {
	out := s.Play(t.Context(), script.Run{Command: command})
	assert.NoError(t, out.Err)
	assert.Empty(t, out.Exit, "the program's exit")
	assert.Empty(t, out.Stderr, "standard error")
}
