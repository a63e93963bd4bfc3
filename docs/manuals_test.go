package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// namesFile lists the names that POE's manuals have, one "module<TAB>name" a
// line, as namesOf finds them in the manuals of POE 1.370.
const namesFile = "poe-names.tsv"

// manuals are the modules whose names the table must have.
var manuals = []string{
	"POE::Kernel", "POE::Session", "POE::NFA",
	"POE::Wheel", "POE::Wheel::ReadWrite", "POE::Wheel::SocketFactory", "POE::Wheel::ListenAccept",
	"POE::Wheel::FollowTail", "POE::Wheel::Run", "POE::Wheel::ReadLine", "POE::Wheel::Curses",
	"POE::Filter", "POE::Filter::Line", "POE::Filter::Stream", "POE::Filter::Block",
	"POE::Filter::Reference", "POE::Filter::HTTPD", "POE::Filter::Grep", "POE::Filter::Map",
	"POE::Filter::RecordBlock", "POE::Filter::Stackable",
	"POE::Driver", "POE::Driver::SysRW",
	"POE::Component::Server::TCP", "POE::Component::Client::TCP",
}

var (
	podHeading = regexp.MustCompile(`^=(head[1-4]|item)\s+(.*)$`)
	// sections are those whose headings are names: by the title of the section.
	podSection = regexp.MustCompile(`(?i)methods|interface|events|variables|debugging|event fields|event names|heap members|serializer api|using poe::session$`)
	// A heading is a name when nothing but parameters follow the word.
	podName     = regexp.MustCompile(`^([A-Za-z_]\w*|\$poe_\w+)(?:$|\s*=>|\s+\[|\s+[A-Z][A-Z_]+(?:\b|$))`)
	podField    = regexp.MustCompile(`[$@]_\[([A-Z0-9_]+)`)
	podOption   = regexp.MustCompile(`^The "(\w+)" option`)
	podLead     = regexp.MustCompile(`^C<([A-Z]\w*[a-z])> `) // a paragraph about a parameter
	podFormat   = regexp.MustCompile(`[A-Z]<([^<>]*)>`)
	podInternal = regexp.MustCompile(`C<(poe_nfa_\w+)>`)
)

// notNames are words in the place of a name that are none of the module's:
// headings, and mentions of another module's names.
var notNames = map[string][]string{
	"":                            {"Comparison", "Constructor"},
	"POE::Kernel":                 {"Signals", "Events", "ARG0", "ARG1", "ARG2"},
	"POE::Session":                {"Using"},
	"POE::Wheel::SocketFactory":   {"Listen"},
	"POE::Component::Server::TCP": {"SuccessEvent", "BindAddress"},
	"POE::Component::Client::TCP": {"SeverInput"}, // the manual's slip
}

// namesOf finds the public names in the text of a module's manual.
func namesOf(module, pod string) []string {
	var names []string
	add := func(name string) {
		known := slices.Contains(names, name)
		if !known && !slices.Contains(notNames[""], name) && !slices.Contains(notNames[module], name) {
			names = append(names, name)
		}
	}
	wanted, inner := false, false
	for line := range strings.Lines(pod) {
		line = strings.TrimSpace(line)
		m := podHeading.FindStringSubmatch(line)
		if m == nil {
			if lead := podLead.FindStringSubmatch(line); lead != nil && (wanted || inner) {
				add(lead[1])
			}
			for _, internal := range podInternal.FindAllStringSubmatch(line, -1) {
				add(internal[1])
			}
			continue
		}
		kind, title := m[1], podFormat.ReplaceAllString(m[2], "$1")
		switch kind {
		case "head1":
			wanted, inner = podSection.MatchString(title), false
		case "head2":
			inner = podSection.MatchString(title)
		}
		if !wanted && !inner {
			continue
		}
		for _, field := range podField.FindAllStringSubmatch(title, -1) {
			add(field[1])
		}
		if option := podOption.FindStringSubmatch(title); option != nil {
			add(option[1])
		}
		if name := podName.FindStringSubmatch(title); name != nil && kind != "head1" {
			add(name[1])
		}
	}
	return names
}

// liveNames reads the manuals of the POE that is installed, in the form of
// namesFile.
func liveNames(t *testing.T) string {
	out, err := exec.Command("perl", "-MPOE", "-e", `print "$POE::VERSION ", $INC{"POE.pm"}`).Output()
	version, path, _ := strings.Cut(string(out), " ")
	if err != nil || version != "1.370" {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatalf("POE 1.370 is required and not there: %q, %v", out, err)
		}
		t.Skip("needs perl with POE 1.370; the list of its names is checked in")
	}
	var b strings.Builder
	for _, module := range manuals {
		file := filepath.Join(filepath.Dir(path), filepath.Join(strings.Split(module, "::")...)+".pm")
		pod, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, name := range namesOf(module, string(pod)) {
			b.WriteString(module + "\t" + name + "\n")
		}
	}
	return b.String()
}

// TestNamesAreThoseOfTheManuals compares the checked-in list with the manuals
// of real POE, where it is installed.
func TestNamesAreThoseOfTheManuals(t *testing.T) {
	live := liveNames(t)
	if *update {
		require.NoError(t, os.WriteFile(namesFile, []byte(live), 0o644))
	}
	listed, err := os.ReadFile(namesFile)
	require.NoError(t, err)
	assert.Equal(t, live, string(listed), "go test ./docs -update")
}
