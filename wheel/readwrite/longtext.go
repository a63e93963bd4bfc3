package readwrite

import (
	"unsafe"

	"github.com/gopoe/poe/filter"
)

// longText is the length from which on a string is not copied into the output but
// written from where it is, in bytes. Below it a copy costs less than what is kept
// about a string.
const longText = 4 << 10

// putLong queues a line behind the output, without copying it. Only a descriptor can
// write it and the end of the line at once.
func (w *Wheel) putLong(f *filter.Line, line string) {
	more, _ := f.AppendText(w.out.driver.Output(), "") // the end of the line alone, which does not fail
	w.out.driver.PutText(unsafe.Slice(unsafe.StringData(line), len(line)), more)
}
