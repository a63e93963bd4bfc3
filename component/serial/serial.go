//go:build unix

// Package serial opens serial lines for wheels, as POE programs do with
// Device::SerialPort, or IO::Termios, and POE::Wheel::ReadWrite.
//
//	line, err := serial.Open(serial.Config{Path: "/dev/ttyUSB0", Speed: 9600})
//
//	wheel := readwrite.New(k, readwrite.Config{
//		Handle: line.Handle, Filter: filter.NewLine(filter.LineConfig{}), Events: readwrite.Names{Input: "reading", Error: "failed"},
//	})
//
// The line is in raw mode: no echo, no signals, and bytes are not translated.
// Closing the handle, or the wheel that owns it, closes the line; the settings
// remain, unless [Line.Restore] was called before.
//
// Methods belong to the kernel's goroutine.
package serial

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
)

// Parity is a kind of parity check.
type Parity int

// The parities.
const (
	NoParity Parity = iota
	Odd
	Even
)

// Flow is a kind of flow control.
type Flow int

// The kinds of flow control.
const (
	NoFlow   Flow = iota
	Hardware      // RTS and CTS
	Software      // XON and XOFF, which then cannot be data
)

// Defaults of a Config.
const (
	DefaultSpeed    = 9600
	DefaultDataBits = 8
	DefaultStopBits = 1
)

// Config configures a line. Path is required.
type Config struct {
	// Path is the path of the device, such as "/dev/ttyS0".
	Path string
	// Speed is the speed in bits per second, any that the device supports. 0 is
	// DefaultSpeed.
	Speed int
	// DataBits are from 5 to 8, StopBits 1 or 2. If 0, they are DefaultDataBits
	// and DefaultStopBits.
	DataBits, StopBits int
	Parity             Parity
	Flow               Flow
	// Shared allows other processes to open the line while it is open.
	Shared bool
}

// Line is an open line.
type Line struct {
	// Handle is the line's handle, for a wheel, which may own it.
	Handle *kernel.Handle

	path   string
	before unix.Termios
}

// Open opens a line and configures it. It does not wait for a carrier. The
// error is a *kernel.ConfigError, or wraps the system's and names the path.
func Open(c Config) (*Line, error) {
	configerror.SetDefault(&c.Speed, DefaultSpeed)
	configerror.SetDefault(&c.DataBits, DefaultDataBits)
	configerror.SetDefault(&c.StopBits, DefaultStopBits)
	if err := c.check(); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(c.Path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0) // without waiting for a carrier
	if err != nil {
		return nil, fmt.Errorf("serial: %w", err)
	}
	h, err := kernel.File(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("serial: %s: %w", c.Path, err), f.Close())
	}
	l := &Line{Handle: h, path: c.Path}
	if err := l.setUp(&c); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return l, nil
}

func (c *Config) check() error {
	switch {
	case c.Path == "":
		return configerror.New("serial", "Path", "is required")
	case c.Speed < 0:
		return configerror.New("serial", "Speed", "must not be negative")
	case c.DataBits < 5 || c.DataBits > 8:
		return configerror.New("serial", "DataBits", "must be from 5 to 8")
	case c.StopBits < 1 || c.StopBits > 2:
		return configerror.New("serial", "StopBits", "must be 1 or 2")
	case c.Parity < NoParity || c.Parity > Even:
		return configerror.New("serial", "Parity", "is unknown")
	case c.Flow < NoFlow || c.Flow > Software:
		return configerror.New("serial", "Flow", "is unknown")
	}
	return nil
}

// setUp changes the settings from those that the line has.
func (l *Line) setUp(c *Config) error {
	if !c.Shared {
		if err := l.fail("exclusive use", unix.IoctlSetInt(l.Handle.Fd(), unix.TIOCEXCL, 0)); err != nil {
			return err
		}
	}
	t, err := settings(l.Handle.Fd())
	if err != nil {
		return l.fail("not a line", err)
	}
	l.before = *t
	c.apply(t)
	if err := l.fail("speed", setSpeed(t, c.Speed)); err != nil {
		return err
	}
	return l.fail("settings", change(l.Handle.Fd(), t))
}

func (l *Line) fail(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("serial: %s: %s: %w", l.path, what, err)
}

// apply sets all but the speed: raw mode, in which a read returns what there is.
func (c *Config) apply(t *unix.Termios) {
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON | unix.IXOFF | unix.IXANY | unix.INPCK
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag &^= unix.CSIZE | unix.PARENB | unix.PARODD | unix.CSTOPB | unix.CRTSCTS
	t.Cflag |= unix.CREAD | unix.CLOCAL
	switch c.DataBits {
	case 5:
		t.Cflag |= unix.CS5
	case 6:
		t.Cflag |= unix.CS6
	case 7:
		t.Cflag |= unix.CS7
	default:
		t.Cflag |= unix.CS8
	}
	if c.StopBits == 2 {
		t.Cflag |= unix.CSTOPB
	}
	switch c.Parity {
	case Odd:
		t.Cflag |= unix.PARENB | unix.PARODD
		t.Iflag |= unix.INPCK
	case Even:
		t.Cflag |= unix.PARENB
		t.Iflag |= unix.INPCK
	}
	switch c.Flow {
	case Hardware:
		t.Cflag |= unix.CRTSCTS
	case Software:
		t.Iflag |= unix.IXON | unix.IXOFF
	}
	t.Cc[unix.VMIN], t.Cc[unix.VTIME] = 1, 0
}

// SetSpeed changes the speed, in bits per second. Bytes written before may be
// sent at either speed.
func (l *Line) SetSpeed(speed int) error {
	if speed <= 0 {
		return l.fail("speed", kernel.ErrInvalid)
	}
	t, err := settings(l.Handle.Fd())
	if err == nil {
		err = setSpeed(t, speed)
	}
	if err == nil {
		err = change(l.Handle.Fd(), t)
	}
	return l.fail("speed", err)
}

// Speed returns the line's speed, in bits per second.
func (l *Line) Speed() (int, error) {
	t, err := settings(l.Handle.Fd())
	if err != nil {
		return 0, l.fail("speed", err)
	}
	return int(t.Ospeed), nil
}

// SetDTR sets the output DTR.
func (l *Line) SetDTR(on bool) error { return l.modem("DTR", unix.TIOCM_DTR, on) }

// SetRTS sets the output RTS.
func (l *Line) SetRTS(on bool) error { return l.modem("RTS", unix.TIOCM_RTS, on) }

func (l *Line) modem(name string, bit int, on bool) error {
	request := uint(unix.TIOCMBIC)
	if on {
		request = unix.TIOCMBIS
	}
	return l.fail(name, unix.IoctlSetPointerInt(l.Handle.Fd(), request, bit))
}

// Restore restores the settings that the line had before Open.
func (l *Line) Restore() error {
	before := l.before
	return l.fail("settings", change(l.Handle.Fd(), &before))
}
