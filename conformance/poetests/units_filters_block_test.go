//go:build unix

package poetests_test

import (
	"encoding/binary"
	"testing"

	"github.com/gopoe/poe/filter"
)

// t/10_units/05_filters/01_block. That a class has POE's methods is the
// compiler's to check here, and strings for numbers do not compile.
func TestUnitsFiltersBlock(t *testing.T) {
	once(t, func(p *proof) {
		for _, c := range []struct {
			config filter.BlockConfig
			field  string
		}{
			{filter.BlockConfig{MaxLength: 10, MaxBuffer: 5}, "MaxBuffer"},
			{filter.BlockConfig{MaxLength: -1}, "MaxLength"},
			{filter.BlockConfig{MaxBuffer: -1}, "MaxBuffer"},
			{filter.BlockConfig{BlockSize: -1}, "BlockSize"},
		} {
			f, err := filter.NewBlock(c.config)
			p.refused(err, c.field)
			p.is().Nil(f)
		}
		p.blocksOfOneSize()
		p.blocksWithLengths(filter.BlockConfig{}, "10\x00", []any{"1\x00a", "2\x00bc", "3\x00def", "4\x00ghij"})
		p.blocksWithLengths(filter.BlockConfig{LengthCodec: filter.LengthCodec{
			Encode: func(dst, block []byte) []byte {
				return append(binary.BigEndian.AppendUint32(dst, uint32(len(block))), block...)
			},
			Decode: func(buf []byte) (int64, int, error) {
				if len(buf) < 4 {
					return 0, 0, filter.ErrMore
				}
				return int64(binary.BigEndian.Uint32(buf)), 4, nil
			},
		}}, "\x00\x00\x00\x0a", []any{"\x00\x00\x00\x01a", "\x00\x00\x00\x02bc", "\x00\x00\x00\x03def", "\x00\x00\x00\x04ghij"})
		p.blocksTooLarge()
	})
}

func (p *proof) blocksOfOneSize() {
	four := func() onBytes { return p.bytes(made(filter.NewBlock(filter.BlockConfig{BlockSize: 4}))) }
	h := four()
	p.is().Equal([]any{"1234", "5678"}, h.get("12345678"))
	p.is().Equal([]any{"12345678"}, h.put("1234", "5678"))
	h = four()
	h.start("12345678")
	p.is().Equal([]any{"1234"}, h.one())
	p.is().Equal([]any{"1234"}, h.put("1234"))
	p.is().Equal([]any{"5678"}, h.pending())
	p.standard(four(), []string{"12", "345", "678"}, []any{"1234", "5678"}, []any{"12345678"})
}

// blocksWithLengths checks a codec by what it makes of four blocks, and by the
// length of a block of ten bytes, which arrives byte by byte.
func (p *proof) blocksWithLengths(config filter.BlockConfig, ten string, put []any) {
	h := p.bytes(made(filter.NewBlock(config)))
	four := []any{"a", "bc", "def", "ghij"}
	out := h.put(four...)
	p.is().Equal(put, out)
	p.is().Equal(four, h.get(strs(out)...))
	for i := range ten {
		p.is().Empty(h.get(ten[i:i+1]), "a part of a length")
	}
	p.is().Empty(h.get("klmno"), "a part of a block")
	p.is().Equal([]any{"klmnopqrst"}, h.get("pqrst"))
	p.is().Equal(put, h.put(four...))
}

func (p *proof) blocksTooLarge() {
	long := []byte("134\x00a bunch of data here")
	_, err := filter.NewBuffer(made(filter.NewBlock(filter.BlockConfig{MaxLength: 10}))).Get(long)
	p.is().ErrorIs(err, filter.ErrLimit)
	p.is().ErrorContains(err, "MaxLength")
	_, err = filter.NewBuffer(made(filter.NewBlock(filter.BlockConfig{MaxLength: 5, MaxBuffer: 10}))).Get(long)
	p.is().ErrorIs(err, filter.ErrLimit)
	p.is().ErrorContains(err, "MaxBuffer")
}
