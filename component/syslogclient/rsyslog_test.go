//go:build unix

package syslogclient_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/syslogclient"
	"github.com/gopoe/poe/component/syslogserver"
	"github.com/gopoe/poe/filter/syslog"
	"github.com/gopoe/poe/kernel"
)

// program finds a program of the system, or skips the test. POE_REQUIRED=1 makes it
// a failure that it is not there.
func program(t *testing.T, name string) string {
	t.Helper()
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	path, err := exec.LookPath(name)
	if err == nil {
		return path
	}
	if os.Getenv("POE_REQUIRED") != "" {
		t.Fatal(err)
	}
	t.Skip(err)
	return ""
}

// freePort finds a port that is free for TCP and UDP.
func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// startRsyslog starts rsyslogd on loopback and returns the file that it writes.
func startRsyslog(t *testing.T, dir string, port int) string {
	path := program(t, "rsyslogd")
	config, out := filepath.Join(dir, "conf"), filepath.Join(dir, "out")
	require.NoError(t, os.WriteFile(config, []byte(fmt.Sprintf(`global(workDirectory="%[1]s")
module(load="imudp")
module(load="imtcp")
module(load="imuxsock" SysSock.Use="off")
input(type="imudp" address="127.0.0.1" port="%[2]d")
input(type="imtcp" address="127.0.0.1" port="%[2]d")
input(type="imuxsock" socket="%[1]s/log")
template(name="t" type="string" string="%%syslogfacility-text%%.%%syslogseverity-text%% %%app-name%% %%procid%% %%structured-data%% %%msg%%\n")
action(type="omfile" file="%[3]s" template="t")
`, dir, port, out)), 0o600))
	cmd := exec.Command(path, "-n", "-f", config, "-i", filepath.Join(dir, "pid"))
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
		if err != nil {
			return false
		}
		_ = c.Close()
		_, err = os.Stat(filepath.Join(dir, "log"))
		return err == nil
	}, 30*time.Second, 20*time.Millisecond, "rsyslogd listens")
	return out
}

// rsyslogd reads what the client sends, over each transport and in both formats.
func TestRsyslog(t *testing.T) {
	dir, port := t.TempDir(), freePort(t)
	out := startRsyslog(t, dir, port)
	k := kernel.New()
	for name, c := range map[string]syslogclient.Config{
		"udp":     {Type: "udp", RemotePort: port},
		"udp3164": {Type: "udp", RemotePort: port, Format: syslog.RFC3164},
		"counted": {Type: "tcp", RemotePort: port},
		"lines":   {Type: "tcp", RemotePort: port, Framing: syslog.Lines, Format: syslog.RFC3164},
		"local":   {Type: "unixgram", RemoteAddress: filepath.Join(dir, "log"), Format: syslog.RFC3164},
	} {
		c.Alias, c.AppName, c.ProcID, c.Facility = name, name, "42", syslog.Local3
		if name != "local" {
			c.Hostname = "host"
		}
		client, err := syslogclient.New(k, c)
		require.NoError(t, err)
		for i := range 20 {
			m := syslog.Message{Severity: syslog.Warning, Text: fmt.Sprint("number ", i)}
			if c.Format == syslog.RFC5424 {
				m.Data = []syslog.Element{{ID: "x@1", Params: []syslog.Param{{Name: "a", Value: `q"]`}}}}
			}
			require.NoError(t, client.Send(m))
		}
		client.Shutdown()
	}
	require.NoError(t, k.Run())
	var lines []string
	require.Eventually(t, func() bool {
		text, _ := os.ReadFile(out)
		lines = strings.Split(strings.TrimSpace(string(text)), "\n")
		return len(lines) >= 100
	}, 30*time.Second, 20*time.Millisecond, "rsyslogd has written all")
	got := strings.Join(lines, "\n")
	require.Len(t, lines, 100)
	for _, want := range []string{
		`local3.warning udp 42 [x@1 a="q\"\]"] number 0`, `local3.warning counted 42 [x@1 a="q\"\]"] number 19`,
		"local3.warning udp3164 42 -  number 7", "local3.warning lines 42 -  number 19", "local3.warning local 42 -  number 3",
	} {
		assert.Contains(t, got, want)
	}
}

// logger, of util-linux, sends to the server over each transport.
func TestLogger(t *testing.T) {
	path := program(t, "logger")
	dir := t.TempDir()
	k := kernel.New()
	got := map[string]string{}
	var servers []*syslogserver.Server
	received := func(m *syslogserver.Message) {
		got[m.AppName] = fmt.Sprint(m.Format, " ", m.Facility, " ", m.Severity, " ", m.Text)
		if len(got) == 5 {
			for _, s := range servers {
				s.Shutdown()
			}
		}
	}
	serve := func(kind, address string) *syslogserver.Server {
		s, err := syslogserver.New(k, syslogserver.Config{
			Alias: kind, Type: kind, BindAddress: address, BindPort: syslogserver.AnyPort, Input: received,
		})
		require.NoError(t, err)
		servers = append(servers, s)
		return s
	}
	port := func(s *syslogserver.Server) string {
		_, port, err := net.SplitHostPort(s.Addr().String())
		require.NoError(t, err)
		return port
	}
	udp, tcp := port(serve("udp", "127.0.0.1")), port(serve("tcp", "127.0.0.1"))
	serve("unixgram", filepath.Join(dir, "log"))
	for tag, args := range map[string][]string{
		"a": {"-n", "127.0.0.1", "-P", udp, "-d", "--rfc5424"}, "b": {"-n", "127.0.0.1", "-P", udp, "-d", "--rfc3164"},
		"c": {"-n", "127.0.0.1", "-P", tcp, "-T", "--octet-count"}, "d": {"-n", "127.0.0.1", "-P", tcp, "-T", "--rfc3164"},
		"e": {"-u", filepath.Join(dir, "log")},
	} {
		out := exec.Command(path, append(args, "-t", tag, "-p", "mail.err", "hello from "+tag)...)
		go func() {
			text, err := out.CombinedOutput()
			assert.NoError(t, err, string(text))
		}()
	}
	require.NoError(t, k.Run())
	assert.Equal(t, map[string]string{
		"a": "0 2 3 hello from a", "b": "1 2 3 hello from b", "c": "0 2 3 hello from c", "d": "1 2 3 hello from d", "e": "1 2 3 hello from e",
	}, got)
}
