//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// through sends a text from one handle to another.
func (p *proof) through(text string, from, to *kernel.Handle) {
	n, err := from.Write([]byte(text))
	p.is().NoError(err)
	p.is().Equal(len(text), n)
	buf := make([]byte, 2*len(text))
	n, err = to.Read(buf)
	p.is().NoError(err)
	p.is().Equal(text, string(buf[:n]))
}

// t/10_units/02_pipes/02_oneway: the other conduit, a pair of internet
// sockets, is for systems without socketpair; kernel.Conn takes one.
func TestUnitsPipesOneWay(t *testing.T) {
	once(t, func(p *proof) {
		r, w, err := kernel.Pipe()
		p.must().NoError(err)
		p.through("whee pipe\n", w, r)
		a, b, err := kernel.SocketPair()
		p.must().NoError(err)
		p.through("whee socketpair\n", b, a)
		for _, h := range []*kernel.Handle{r, w, a, b} {
			p.is().NoError(h.Close())
		}
	})
}

// t/10_units/02_pipes/03_twoway
func TestUnitsPipesTwoWay(t *testing.T) {
	once(t, func(p *proof) {
		toB, fromA, err := kernel.Pipe()
		p.must().NoError(err)
		toA, fromB, err := kernel.Pipe()
		p.must().NoError(err)
		p.through("a to b\n", fromA, toB)
		p.through("b to a\n", fromB, toA)
		a, b, err := kernel.SocketPair()
		p.must().NoError(err)
		p.through("a to b\n", a, b)
		p.through("b to a\n", b, a)
		for _, h := range []*kernel.Handle{toB, fromA, toA, fromB, a, b} {
			p.is().NoError(h.Close())
		}
	})
}
