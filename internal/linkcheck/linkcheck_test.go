package linkcheck_test

import (
	"os/exec"
	"strings"
	"testing"
)

const module = "github.com/gopoe/poe/"

// deps lists all packages that the given ones of this module depend on.
func deps(t *testing.T, packages ...string) []string {
	t.Helper()
	for i, p := range packages {
		packages[i] = module + p
	}
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list", "-deps"}, packages...)...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := strings.Fields(string(out))
	if len(all) < 20 {
		t.Fatalf("go list names only %q", all)
	}
	return all
}

func TestKernelLinksOnlySys(t *testing.T) {
	for _, p := range deps(t, "kernel") {
		if strings.Contains(strings.SplitN(p, "/", 2)[0], ".") &&
			!strings.HasPrefix(p, module) && !strings.HasPrefix(p, "golang.org/x/sys/") {
			t.Errorf("kernel depends on %s", p)
		}
	}
}

func TestProgramsWithoutActorsLinkNone(t *testing.T) {
	for _, p := range deps(t, "kernel", "session", "wheel/...", "component/servertcp", "component/clienttcp", "component/jobqueue", "component/jobqueue/durable", "component/jobqueue/process", "cmd/demo") {
		for _, heavy := range []string{"protoactor", "grpc", "prometheus", "opentelemetry", "protobuf"} {
			if strings.Contains(p, heavy) {
				t.Errorf("a program that uses neither actors nor nodes depends on %s", p)
			}
		}
	}
}

// TestFeedsParserStaysInFeed checks that the parsers of feeds and of what they contain
// reach only programs which import component/feed.
func TestFeedsParserStaysInFeed(t *testing.T) {
	for _, p := range deps(t, "component/clienthttp", "component/httpserver", "component/irc", "component/syslogserver", "component/stompclient") {
		for _, heavy := range []string{"gofeed", "goxpp", "golang.org/x/net/html"} {
			if strings.Contains(p, heavy) && !strings.Contains(p, "vendor/") {
				t.Errorf("a program without feeds depends on %s", p)
			}
		}
	}
}

// TestZstdStaysInItsPackage checks that the decoder of zstd reaches only programs which
// import it for component/clienthttp.
func TestZstdStaysInItsPackage(t *testing.T) {
	for _, p := range deps(t, "component/clienthttp", "component/feed") {
		if strings.Contains(p, "klauspost") {
			t.Errorf("a program without zstd depends on %s", p)
		}
	}
}
