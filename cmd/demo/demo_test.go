package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTourEndsByItself(t *testing.T) {
	var out, errs bytes.Buffer
	require.Equal(t, 0, run(nil, &out, &errs), errs.String())
	for _, want := range []string{"ann < hello, kernel", "B'bye!", "eve < welcome, eve", "frank < sum 42", "mallory < denied", "Every session has stopped: 0 alive, 0 events queued, 0 handles watched."} {
		require.Contains(t, out.String(), want)
	}
	require.NotContains(t, out.String(), "\x1b", "colour only on a terminal")
}

func TestTourForMachines(t *testing.T) {
	var out, errs bytes.Buffer
	require.Equal(t, 0, run([]string{"-json"}, &out, &errs), errs.String())
	lines := bufio.NewScanner(&out)
	n := 0
	for ; lines.Scan(); n++ {
		var r record
		require.NoError(t, json.Unmarshal(lines.Bytes(), &r), lines.Text())
	}
	require.Greater(t, n, 50)
}

// One demonstration runs until the interrupt key, and takes flags on either
// side of its name.
func TestServeUntilInterrupted(t *testing.T) {
	r, w := io.Pipe()
	status := make(chan int)
	go func() { status <- run([]string{"echo", "-addr", "127.0.0.1:0"}, w, io.Discard); w.Close() }()
	lines := bufio.NewScanner(r)
	nc := regexp.MustCompile(`nc (\S+) (\d+)`)
	var at []string
	for at == nil && lines.Scan() {
		at = nc.FindStringSubmatch(lines.Text())
	}
	require.NotNil(t, at)
	rest := make(chan string)
	go func() { text, _ := io.ReadAll(r); rest <- string(text) }()

	conn, err := net.Dial("tcp", net.JoinHostPort(at[1], at[2]))
	require.NoError(t, err)
	_, err = io.WriteString(conn, "hello\nquit\n")
	require.NoError(t, err)
	heard, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Equal(t, "Smile from the server!\r\nhello\r\nB'bye!\r\n", string(heard))

	self, err := os.FindProcess(os.Getpid())
	require.NoError(t, err)
	require.NoError(t, self.Signal(os.Interrupt))
	require.Equal(t, 0, <-status)
	require.Contains(t, <-rest, "every session has stopped")
}

func TestHelpAndMistakes(t *testing.T) {
	for _, c := range []struct {
		args []string
		want int
		says string
	}{
		{[]string{"-h"}, 0, "chat room"},
		{[]string{"nosuch"}, 2, `no demonstration "nosuch"`},
		{[]string{"-nosuch"}, 2, "nosuch"},
		{[]string{"echo", "-addr", "nonsense"}, 1, "missing port"},
	} {
		var errs strings.Builder
		require.Equal(t, c.want, run(c.args, io.Discard, &errs), c.args)
		require.Contains(t, errs.String(), c.says, c.args)
	}
}
