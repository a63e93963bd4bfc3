//go:build unix

package poetests_test

import (
	"strings"
	"testing"

	"github.com/gopoe/poe/filter"
)

// t/10_units/05_filters/06_recordblock. A block size that is no number does
// not compile.
func TestUnitsFiltersRecordBlock(t *testing.T) {
	once(t, func(p *proof) {
		for _, size := range []int{0, -50} {
			_, err := filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: size})
			p.refused(err, "BlockSize")
		}
		blocks := made(filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: 4}))
		p.standard(p.records(blocks), strings.Fields("1 2 3 4 5 6 7 8 9 10"),
			[]any{words("1 2 3 4"), words("5 6 7 8")}, words("1 2 3 4 5 6 7 8"))
		p.is().Equal(4, blocks.BlockSize())
		p.is().Equal(2, blocks.SetBlockSize(2))
		p.is().Equal(2, blocks.BlockSize())
		for _, size := range []int{-50, 0} {
			p.is().Equal(2, blocks.SetBlockSize(size), "ignored")
		}
		p.is().Equal(2, blocks.BlockSize())
		p.checkedBlocks()
		p.uncheckedBlocks()
	})
}

func (p *proof) checkedBlocks() {
	blocks := made(filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: 3, CheckPut: true}))
	h := p.records(blocks)
	p.is().Equal(words("1 2 3"), h.put(words("1 2"), words("3 A")), "short blocks")
	p.is().Equal(words("A"), blocks.PutPending())
	p.is().Equal(words("A 2 3 1 2 3 1 2 3"), h.put(words("2 3 1 2 3"), words("1 2 3 B")), "long blocks")
	p.is().Equal(words("B"), blocks.PutPending())
	p.is().Equal(words("B 2 3 1 2 3 1 2 3 1 2 3"), h.put(words("2 3 1 2"), words("3 1"), words("2 3 1"), words("2 3")), "mixed ones")
	p.is().Empty(blocks.PutPending())
	p.is().True(blocks.CheckPut())
	blocks.SetCheckPut(false)
	p.is().False(blocks.CheckPut())
}

func (p *proof) uncheckedBlocks() {
	blocks := made(filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: 3}))
	h := p.records(blocks)
	p.is().False(blocks.CheckPut())
	p.is().Equal(words("1 2 1 2"), h.put(words("1 2"), words("1 2")), "short blocks")
	p.is().Empty(blocks.PutPending())
	p.is().Equal(words("1 2 3 4 5 1 2 3 4"), h.put(words("1 2 3 4 5"), words("1 2 3 4")), "long blocks")
	p.is().Equal(words("1 2 3 4 1 2 1 2 3 1 2"), h.put(words("1 2 3 4"), words("1 2"), words("1 2 3"), words("1 2")), "mixed ones")
}
