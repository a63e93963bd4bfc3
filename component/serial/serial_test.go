//go:build linux

package serial_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/component/serial"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// open makes a line whose other end is a file of the test's.
func open(t *testing.T, c serial.Config) (*serial.Line, *os.File) {
	t.Helper()
	far, near, err := pty.Open()
	require.NoError(t, err)
	t.Cleanup(func() { far.Close(); near.Close() })
	c.Path = near.Name()
	l, err := serial.Open(c)
	require.NoError(t, err)
	return l, far
}

// A device asks, and a session answers: what a terminal would change or echo comes
// through as it is, and the end of the device is an error event.
func TestConversation(t *testing.T) {
	l, far := open(t, serial.Config{Speed: 115200, Shared: true})
	k := kernel.New()
	var got []string
	var wheel *readwrite.Wheel
	_, err := session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			f, err := filter.NewLine(filter.LineConfig{InputLiteral: "\r", MaxLength: 100})
			require.NoError(t, err)
			wheel, err = readwrite.New(k, readwrite.Config{Handle: l.Handle, Filter: f, Events: readwrite.Names{Input: "input", Error: "error"}})
			require.NoError(t, err)
			go func() {
				_, err := far.WriteString("\x03\x11 te\x7fa\n\r")
				assert.NoError(t, err)
			}()
		},
		"input": func(e kernel.Event) {
			got = append(got, kernel.Arg[string](e, 0))
			wheel.Put("yes")
			buf := make([]byte, 10)
			go func() {
				n, err := far.Read(buf) // no echo of what it has sent
				assert.NoError(t, err)
				assert.Equal(t, "yes", string(buf[:min(n, 3)]))
				k.Outside().Post(e.Session, "read")
			}()
		},
		"read":  func(kernel.Event) { assert.NoError(t, l.Restore()); wheel.Close() },
		"error": func(e kernel.Event) { t.Error(kernel.Arg[*kernel.OpError](e, 0)) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"\x03\x11 te\x7fa\n"}, got)
}

// Every setting is the device's.
func TestSettings(t *testing.T) {
	l, _ := open(t, serial.Config{Speed: 250_000, DataBits: 7, StopBits: 2, Parity: serial.Even, Flow: serial.Software, Shared: true})
	defer l.Handle.Close()
	speed, err := l.Speed()
	require.NoError(t, err)
	assert.Equal(t, 250_000, speed, "no standard one")
	have, err := unix.IoctlGetTermios(l.Handle.Fd(), unix.TCGETS)
	require.NoError(t, err)
	assert.NotZero(t, have.Cflag&unix.CSTOPB)
	assert.NotZero(t, have.Iflag&unix.IXON)
	assert.Zero(t, have.Lflag&(unix.ECHO|unix.ICANON|unix.ISIG))
	require.NoError(t, l.SetSpeed(1200))
	speed, err = l.Speed()
	require.NoError(t, err)
	assert.Equal(t, 1200, speed)
	assert.ErrorIs(t, l.SetSpeed(0), kernel.ErrInvalid)
	assert.Error(t, l.SetDTR(true), "a terminal has no modem")
	require.NoError(t, l.Restore())
	have, err = unix.IoctlGetTermios(l.Handle.Fd(), unix.TCGETS)
	require.NoError(t, err)
	assert.NotZero(t, have.Lflag&unix.ECHO)
}

// A device that sends a line without an end is a recoverable error of the filter, and
// one that is unplugged the end of the wheel.
func TestHostileDevice(t *testing.T) {
	l, far := open(t, serial.Config{Shared: true})
	k := kernel.New()
	var got []string
	var errs []*kernel.OpError
	var wheel *readwrite.Wheel
	_, err := session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			f, err := filter.NewLine(filter.LineConfig{Literal: "\n", MaxLength: 100})
			require.NoError(t, err)
			wheel, err = readwrite.New(k, readwrite.Config{Handle: l.Handle, Filter: f, Events: readwrite.Names{Input: "input", Error: "error"}})
			require.NoError(t, err)
			go func() {
				_, err := far.WriteString(strings.Repeat("\x00\xff", 500) + "\nreading\n")
				assert.NoError(t, err)
			}()
		},
		"input": func(e kernel.Event) {
			got = append(got, kernel.Arg[string](e, 0))
			assert.NoError(t, far.Close(), "it is unplugged")
		},
		"error": func(e kernel.Event) {
			err := kernel.OpErrorOf(e)
			if errs = append(errs, err); !filter.Recoverable(err.Err) {
				wheel.Close()
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"reading"}, got)
	require.Len(t, errs, 2)
	var limit *filter.LimitError
	assert.ErrorAs(t, errs[0], &limit)
	assert.True(t, errors.Is(errs[1], syscall.EIO) || errors.Is(errs[1], io.EOF), "%v", errs[1])
}

func TestErrors(t *testing.T) {
	for field, c := range map[string]serial.Config{
		"Path": {}, "Speed": {Path: "x", Speed: -1}, "DataBits": {Path: "x", DataBits: 9}, "StopBits": {Path: "x", StopBits: 3},
		"Parity": {Path: "x", Parity: 9}, "Flow": {Path: "x", Flow: 9},
	} {
		_, err := serial.Open(c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
	_, err := serial.Open(serial.Config{Path: filepath.Join(t.TempDir(), "none")})
	assert.ErrorIs(t, err, os.ErrNotExist)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = serial.Open(serial.Config{Path: file})
	assert.True(t, errors.Is(err, syscall.ENOTTY) || errors.Is(err, syscall.EPERM), "%v", err)
}
