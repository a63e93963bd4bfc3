package irc_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// freePort returns a port that nothing listens on.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// servers are IRC servers of others: how they are started with a configuration.
var servers = map[string]struct {
	args   func(config string) []string
	config string
}{
	"ngircd": {
		args: func(config string) []string { return []string{"-n", "-f", config} },
		config: `[Global]
Name = irc.test.example
Info = a server for tests
Listen = 127.0.0.1
Ports = %[1]d
[Limits]
MaxConnectionsIP = 0
MaxNickLength = 30
[Options]
DNS = no
Ident = no
PAM = no
`,
	},
	"inspircd": {
		args: func(config string) []string {
			args := []string{"--nofork", "--nopid", "--config=" + config}
			if os.Getuid() == 0 {
				args = append(args, "--runasroot")
			}
			return args
		},
		config: `<config format="xml">
<server name="irc.test.example" description="a server for tests" network="test">
<admin name="nobody" nick="nobody" email="nobody@test.example">
<bind address="127.0.0.1" port="%[1]d" type="clients">
<connect name="main" allow="*" timeout="60" resolvehostnames="no" useident="no" localmax="100" globalmax="100" fakelag="no" threshold="10000" commandrate="1000000" recvq="65536" hardsendq="4M" softsendq="1M">
<class name="none" commands="">
<performance clonesonconnect="no" netbuffersize="10240">
<path datadir="%[2]s" logdir="%[2]s" runtimedir="%[2]s">
<module name="cap"><module name="ircv3"><module name="ircv3_servertime"><module name="ircv3_batch">
<module name="ircv3_labeledresponse"><module name="ircv3_echomessage"><module name="ircv3_chghost">
<module name="ircv3_capnotify"><module name="ircv3_invitenotify"><module name="namesx"><module name="uhnames">
<module name="banexception"><module name="inviteexception"><module name="sethost">
`,
	},
}

// startServer starts a server and returns its port. Without the program the test is
// skipped, unless POE_REQUIRED says that it must be there.
func startServer(t *testing.T, name string) int {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name)
	}
	if err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatalf("%s is required and not there: %v", name, err)
		}
		t.Skip("needs " + name)
	}
	dir, port := t.TempDir(), freePort(t)
	config := filepath.Join(dir, name+".conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, servers[name].config, port, dir), 0o644))
	cmd := exec.Command(path, servers[name].args(config)...)
	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		log.Close()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("%s: %s", name, said)
		}
	})
	for range 500 {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			c.Close()
			return port
		}
		time.Sleep(20 * time.Millisecond) // until the server listens
	}
	t.Fatalf("%s does not listen", name)
	return 0
}
