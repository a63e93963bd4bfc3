package sim_test

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The other processes of the host of a tailWorld: one that writes a log, and one that
// rotates it. Each line has the number of its file and its own.

// rotation is how the log is rotated.
type rotation int

const (
	renaming     rotation = iota // log.1 becomes log.2, log becomes log.1
	copyTruncate                 // log is copied to log.1 and truncated
	deleting                     // log is deleted
	heldOpen                     // as renaming, and the writer keeps the old file for a while
)

// logLine is one line that was written.
type logLine struct {
	text     string
	whole    bool // it was written to its end
	gone     bool // a crash has taken it before it was delivered
	uncopied bool // it was written after the log was copied, and before it was truncated
	file     int
	end      int // of the line in the log
	written  time.Duration
}

// write is one step of the writer, or of what rotates the log.
func (t *tailWorld) write() {
	if !t.host.Up() || t.w.Now() > t.until {
		return
	}
	if lives := t.host.Lives(); lives != t.lives {
		t.lives = lives
		t.afterCrash()
	}
	switch n := t.rand.IntN(100); {
	case t.copying && n < 50:
		t.copyMore()
	case n < 10 && len(t.rest) == 0 && !t.copying:
		t.rotate()
	case n < 30:
		t.writeLines(1, true)
	default:
		t.writeLines(1+t.rand.IntN(5), false)
	}
}

// writeLines writes lines, of which the last may be left without its end for now.
func (t *tailWorld) writeLines(n int, torn bool) {
	if len(t.rest) > 0 {
		t.append(nil)
	}
	for ; n > 0 && len(t.rest) == 0; n-- {
		if text, err := t.host.Disk.Read("log"); t.held == nil && (err != nil || len(text) == 0) {
			t.file++
		}
		length := t.rand.IntN(100)
		if t.rand.IntN(20) == 0 {
			length = t.rand.IntN(6000)
		}
		text := fmt.Sprintf("%d %d %s", t.file, len(t.lines), strings.Repeat("x", length))
		t.lines = append(t.lines, &logLine{text: text, file: t.file})
		data := []byte(text + "\n")
		if torn && n == 1 {
			cut := 1 + t.rand.IntN(len(data)-1)
			t.rest = data[cut:]
			data = data[:cut]
		}
		t.append(data)
	}
	if t.held == nil && t.rand.IntN(3) == 0 {
		_ = t.host.Disk.Sync("log")
	}
}

// append writes data, or what is left of that of before. On a full disk a part is
// left for later.
func (t *tailWorld) append(data []byte) {
	if data == nil {
		data, t.rest = t.rest, nil
	}
	n := 0
	if t.held != nil {
		n, _ = t.held.Write(data)
	} else {
		before, _ := t.host.Disk.Read("log")
		_ = t.host.Disk.Append("log", data)
		after, _ := t.host.Disk.Read("log")
		n = len(after) - len(before)
	}
	if n < len(data) {
		t.rest = append(bytes.Clone(data[n:]), t.rest...)
	} else if len(t.rest) == 0 {
		last := t.lines[len(t.lines)-1]
		last.whole, last.written = true, t.w.Now()
		if t.way == copyTruncate {
			text, _ := t.host.Disk.Read("log")
			last.end = len(text)
		}
	}
}

// afterCrash is the beginning of the writer in another life of the host: it ends the
// line that a crash has torn, if any.
func (t *tailWorld) afterCrash() {
	t.rest, t.copying = nil, false
	left := map[string]bool{}
	for _, name := range t.host.Disk.Names() {
		text, _ := t.host.Disk.Read(name)
		for line := range strings.Lines(string(text)) {
			left[line] = true
		}
	}
	for _, l := range t.lines {
		l.gone = l.gone || !l.whole || !left[l.text+"\n"]
	}
	if text, err := t.host.Disk.Read("log"); err == nil && len(text) > 0 && text[len(text)-1] != '\n' {
		t.rest = []byte("\n") // the disk may be full
	}
}

// rotate rotates the log in the world's way.
func (t *tailWorld) rotate() {
	disk := t.host.Disk
	text, err := disk.Read("log")
	if err != nil || len(text) == 0 || text[len(text)-1] != '\n' {
		return
	}
	t.rotations++
	t.w.Logf("the log is rotated, after %d lines", len(t.lines))
	if t.held != nil {
		t.held.Close()
		t.held = nil
	}
	if t.way == deleting {
		_ = disk.Remove("log")
		return
	}
	t.shift()
	switch t.way {
	case copyTruncate:
		t.copying, t.copyEnded, t.copied = true, false, 0
		t.copyMore()
		return
	case heldOpen:
		t.held = disk.Writer("log")
		held := t.held
		t.w.After(time.Duration(t.rand.IntN(1500))*time.Millisecond, func() {
			if t.held == held && len(t.rest) == 0 {
				held.Close()
				t.held = nil
			}
		})
	}
	_ = disk.Rename("log", "log.1")
	if t.rand.IntN(2) == 0 && t.way == renaming {
		_ = disk.Append("log", nil) // it is created at once
	}
}

// kept is how many rotated files are kept: more than are ever needed.
const kept = 200

// shift makes room for log.1.
func (t *tailWorld) shift() {
	disk := t.host.Disk
	have := map[string]bool{}
	for _, name := range disk.Names() {
		have[name] = true
	}
	last := 1
	for last < kept && have["log."+strconv.Itoa(last)] {
		last++
	}
	for ; last > 1; last-- {
		_ = disk.Rename("log."+strconv.Itoa(last-1), "log."+strconv.Itoa(last))
	}
}

// copyMore copies more of the log. When all that is there was copied it is truncated, at
// once or a while later: what is written between is in no copy.
func (t *tailWorld) copyMore() {
	disk := t.host.Disk
	if t.copyEnded {
		t.truncate()
		return
	}
	_ = disk.Sync("log") // a crash takes nothing that the copy has
	text, _ := disk.Read("log")
	left := text[t.copied:]
	if n := len(left); n > 0 && t.rand.IntN(3) > 0 {
		left = left[:1+t.rand.IntN(n)]
	}
	before, _ := disk.Read("log.1")
	_ = disk.Append("log.1", left)
	after, _ := disk.Read("log.1")
	if t.copied += len(after) - len(before); t.copied == len(text) && len(t.rest) == 0 {
		_ = disk.Sync("log.1")
		if t.copyEnded = true; t.rand.IntN(2) == 0 {
			t.truncate()
		}
	}
}

// truncate truncates the log that was copied, once the last line that is in no copy is
// whole.
func (t *tailWorld) truncate() {
	if len(t.rest) > 0 {
		return
	}
	for _, l := range t.lines {
		l.uncopied = l.uncopied || l.file == t.file && l.end > t.copied
	}
	t.copying = false
	_ = t.host.Disk.Truncate("log", 0)
}
