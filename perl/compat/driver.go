//go:build linux

package compat

import (
	"errors"
	"io"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/perl"
)

const driverClass = "POE::Driver::SysRW"

func init() {
	perl.Package(driverClass, perl.Subs{"new": newDriver})
	perl.Inherit(driverClass, "POE::Driver")
	perl.Native(func(*Driver) string { return driverClass }, Method(map[string]func(*Driver, []any) []any{
		"put":                       (*Driver).put,
		"flush":                     (*Driver).flush,
		"get":                       (*Driver).get,
		"get_out_messages_buffered": func(d *Driver, _ []any) []any { return perl.L(d.rw.OutMessages()) },
	}))
}

// Driver is a POE::Driver::SysRW, for a wheel or for the program itself.
type Driver struct{ rw *driver.SysRW }

func newDriver(_ perl.Want, args ...any) []any {
	if len(args)%2 == 0 {
		perl.Die("%s requires an even number of parameters, if any", driverClass)
	}
	c := perl.NewHash(perl.From(args, 1)...).Borrow()
	config := driver.Config{}
	if v := c.Get("BlockSize"); v != nil {
		if config.BlockSize = perl.Int(v); config.BlockSize <= 0 {
			perl.Die("%s BlockSize must be greater than 0", driverClass)
		}
	}
	if names := unknownOf(c, []string{"BlockSize"}); len(names) > 0 {
		perl.Die("%s has unknown parameter(s): %s", driverClass, strings.Join(names, " "))
	}
	rw, err := driver.New(config)
	check(err)
	return perl.L(&Driver{rw})
}

// driverOf returns the driver that an option gives, nil if there is none.
func driverOf(v any) *driver.SysRW {
	if d, ok := v.(*Driver); ok {
		return d.rw
	}
	return nil
}

func (d *Driver) put(args []any) []any {
	return perl.L(d.rw.Put(chunks(args[0])...))
}

// flush writes what is buffered, as far as that is possible, and returns how much is
// left.
func (d *Driver) flush(args []any) []any {
	left, err := d.rw.Flush(rawFile{perl.F(args[0])})
	noteErrno(err)
	return perl.L(left)
}

// get reads a block: a list of it, an empty list if there is nothing now, undef at the
// end and for an error.
func (d *Driver) get(args []any) []any {
	block, err := d.rw.Get(rawFile{perl.F(args[0])})
	switch noteErrno(err); {
	case err == nil && len(block) > 0:
		return perl.L(perl.NewArray(string(block)))
	case err == nil || errors.Is(err, syscall.EAGAIN):
		return perl.L(perl.NewArray())
	}
	return perl.L(nil)
}

// noteErrno sets $!, to 0 at the end and if there is nothing to do now.
func noteErrno(err error) {
	perl.Errno = 0
	if errno := syscall.Errno(0); errors.As(err, &errno) && errno != syscall.EAGAIN {
		perl.Errno = errno
	}
}

// rawFile reads and writes a file as sysread and syswrite do.
type rawFile struct{ file *perl.File }

// Read implements [io.Reader].
func (r rawFile) Read(p []byte) (int, error) {
	n, err := unix.Read(r.file.Fd(), p)
	if n == 0 && err == nil {
		err = io.EOF
	}
	return max(0, n), err
}

// Write implements [io.Writer].
func (r rawFile) Write(p []byte) (int, error) {
	n, err := unix.Write(r.file.Fd(), p)
	return max(0, n), err
}
