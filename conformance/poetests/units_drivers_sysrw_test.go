//go:build unix

package poetests_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/kernel"
)

// t/10_units/04_drivers/01_sysrw. Odd lists and unknown parameters do not
// compile. A block size of 0 is the default one.
func TestUnitsDriversSysRW(t *testing.T) {
	once(t, func(p *proof) {
		_, err := driver.New(driver.Config{BlockSize: -1})
		p.refused(err, "BlockSize")
		d := made(driver.New(driver.Config{}))
		p.is().Equal(driver.DefaultBlockSize, d.BlockSize())

		f, err := os.OpenFile(p.file(""), os.O_WRONLY, 0)
		p.ok(err)
		defer f.Close()
		data, err := d.Get(f)
		p.is().Error(err, "not open for reading")
		p.is().Empty(data)

		d = made(driver.New(driver.Config{BlockSize: 1024}))
		p.is().Zero(d.Put())
		p.is().Zero(d.OutMessages())
		p.is().Equal(40, d.Put(bytes.Repeat([]byte("test"), 10)))
		p.is().Equal(1, d.OutMessages())
		p.is().Equal(85, d.Put(bytes.Repeat([]byte("more test"), 5)))
		p.is().Equal(2, d.OutMessages())
		p.pipeFull(d)
	})
}

// pipeFull writes until a pipe takes no more, and reads all of it.
func (p *proof) pipeFull(d *driver.SysRW) {
	r, w, err := kernel.Pipe()
	p.ok(err)
	fill := func() (written int) {
		for left := 0; left == 0; {
			before := d.Put(bytes.Repeat([]byte("*"), 1<<20))
			left, err = d.Flush(w)
			p.ok(err)
			written += before - left
		}
		return written
	}
	drain := func() (read int) {
		for {
			data, err := d.Get(r)
			p.ok(err)
			if len(data) == 0 {
				return read
			}
			read += len(data)
		}
	}
	p.is().Equal(fill(), drain())
	for d.OutMessages() > 0 {
		_, err := d.Flush(w)
		p.ok(err)
		drain()
	}
	p.is().Zero(d.OutOctets())
	p.is().Zero(d.OutMessages())

	fill()
	p.is().NoError(w.Close())
	for err = nil; err == nil; {
		_, err = d.Get(r)
	}
	p.is().True(errors.Is(err, io.EOF), "%v", err)
	left, err := d.Flush(w)
	p.is().Error(err, "it is closed")
	p.is().Positive(left, "still counted")
	p.is().NoError(r.Close())
}
