package serial

import "golang.org/x/sys/unix"

// settings are read and changed with the calls that know any speed.
func settings(fd int) (*unix.Termios, error) { return unix.IoctlGetTermios(fd, unix.TCGETS2) }

func change(fd int, t *unix.Termios) error { return unix.IoctlSetTermios(fd, unix.TCSETS2, t) }

func setSpeed(t *unix.Termios, speed int) error {
	t.Cflag &^= unix.CBAUD
	t.Cflag |= unix.BOTHER
	t.Ispeed, t.Ospeed = uint32(speed), uint32(speed)
	return nil
}
