package followtail

import (
	"bytes"
	"errors"
	"io"
	"syscall"
	"time"
)

// headSize and tailSize are how many bytes are compared to recognize a file: the
// first ones, and the ones before the position to read at.
const (
	headSize = 256
	tailSize = 64
)

// errChanged is returned by a read that finds other bytes than were read before.
var errChanged = errors.New("the file was truncated or written anew")

// source is a file that is read.
type source struct {
	file      *file
	path      string // under which it was opened
	id        identity
	pos       int64  // where to read next
	head      []byte // the first bytes of the file, as far as they were seen: when it was begun, also those behind pos
	tail      []byte // the last bytes before pos
	unread    int64  // the size of a file that was truncated before it could be opened; otherwise 0
	partial   []byte // of a file that was left: what is not a whole record
	since     time.Time
	arrival   *arrival // how the file was found; nil if by its name
	copied    bool     // it is a copy of a file that was truncated
	rewound   bool     // it was truncated
	announced bool     // its beginning was reported
	watch     int      // of the system's notifications, 0 for none
}

// startAt sets the position to read at in a file of that size, and reads the bytes by
// which the file is recognized. Its first bytes are among them even if they are behind
// the position: the file may be truncated before anything of it is read.
func (s *source) startAt(pos, size int64) error {
	s.pos = pos
	s.head = make([]byte, min(size, headSize))
	s.tail = make([]byte, min(pos, tailSize))
	if err := s.readKnown(s.head, 0); err != nil {
		return err
	}
	return s.readKnown(s.tail, pos-int64(len(s.tail)))
}

// readKnown fills p with the bytes at a position. Those that are gone, since the file
// was truncated meanwhile, stay zero: the first read finds others, or none.
func (s *source) readKnown(p []byte, at int64) error {
	if len(p) == 0 {
		return nil
	}
	if _, err := s.file.ReadAt(p, at); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// rewind starts a file that was truncated from its beginning. since is a time
// before it was searched for copies.
func (s *source) rewind(since time.Time) {
	s.pos, s.head, s.tail, s.unread = 0, nil, nil, 0
	s.announced, s.rewound, s.since = false, true, since
}

// read reads what follows the position, nothing at the end, into a part of buf.
// The bytes before it are read as well and compared, so that a file that has
// been written anew is noticed however long it has become: the error is
// errChanged.
func (s *source) read(buf []byte) ([]byte, error) {
	if s.unread > 0 {
		return nil, errChanged
	}
	known := len(s.tail)
	n, err := s.file.ReadAt(buf, s.pos-int64(known))
	if err != nil && !errors.Is(err, io.EOF) {
		if errors.Is(err, syscall.EAGAIN) {
			return nil, nil
		}
		return nil, err
	}
	if n < known || !bytes.Equal(buf[:known], s.tail) {
		return nil, errChanged
	}
	data := buf[known:n]
	ahead := int64(len(s.head)) - s.pos // how many bytes that were seen are still to be read
	if len(data) == 0 && ahead > 0 {
		return nil, errChanged
	}
	if len(data) > 0 {
		same, err := hasBytes(s.file, buf[:min(n, tailSize)], s.pos-int64(known))
		if same && (s.pos > int64(known) || ahead > 0) { // other files have such bytes at this place, too
			same, err = hasBytes(s.file, s.head, 0)
		}
		if err != nil {
			return nil, err
		}
		if !same {
			return nil, errChanged // perhaps during the read
		}
	}
	if len(s.head) < headSize && ahead >= 0 && ahead < int64(len(data)) {
		unseen := data[ahead:]
		s.head = append(s.head, unseen[:min(len(unseen), headSize-len(s.head))]...)
	}
	s.pos += int64(len(data))
	s.tail = append(s.tail[:0], buf[max(0, n-tailSize):n]...)
	return data, nil
}

// sameContent reports whether f begins as s does, up to the position of s.
func (s *source) sameContent(f *file) (bool, error) {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() < max(s.pos, s.unread) {
		return false, err
	}
	if same, err := hasBytes(f, s.head, 0); !same {
		return false, err
	}
	return hasBytes(f, s.tail, s.pos-int64(len(s.tail)))
}

// hasBytes reports whether f has some bytes at a position. An error is not that it
// ends before.
func hasBytes(f *file, want []byte, at int64) (bool, error) {
	if len(want) == 0 {
		return true, nil
	}
	got := make([]byte, len(want))
	if n, err := f.ReadAt(got, at); n < len(want) {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return false, err
	}
	return bytes.Equal(got, want), nil
}

// isFile reports whether info is about the source's file.
func (s *source) isFile(info fileInfo) bool {
	if s == nil {
		return false
	}
	mine, err := s.file.Stat()
	if err != nil {
		return s.id == info.ID // as it was when the file was opened
	}
	return mine.ID == info.ID
}

// isOpenAs reports whether f is the source's file.
func (s *source) isOpenAs(f *file) bool {
	if f == nil {
		return false
	}
	info, err := f.Stat()
	return err == nil && s.isFile(info)
}

// size returns the file's size, 0 if it cannot be had.
func (s *source) size() int64 {
	info, err := s.file.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

// seek finds the position to begin at in the current file, which has that size.
func (w *Wheel) seek(size int64) error {
	pos, skip := w.position(size)
	err := w.current.startAt(pos, size)
	if err != nil || !skip {
		return err
	}
	return w.skipRecords()
}

// position returns the position to begin at in a file of that size, and whether the
// records behind it are to be dropped.
func (w *Wheel) position(size int64) (pos int64, skip bool) {
	from := int64(-skipBack)
	switch c := &w.config; {
	case c.Seek != nil:
		from = *c.Seek
	case c.SeekBack != nil && *c.SeekBack == 0:
		from = size
	case c.SeekBack != nil:
		from = -*c.SeekBack
	default:
		skip = true
	}
	if from < 0 {
		from += size
	}
	return min(max(from, 0), size), skip
}

// skipRecords reads to the end of the file and drops all whole records.
func (w *Wheel) skipRecords() error {
	// The kernel's buffer may be in use by the caller of New.
	buf := make([]byte, tailSize+skipBack)
	for {
		data, err := w.current.read(buf)
		if errors.Is(err, errChanged) || len(data) == 0 && err == nil {
			return nil // the first poll deals with it
		}
		if err != nil {
			return err
		}
		if _, err := w.records.Get(data); err != nil && !recoverable(err) {
			return err
		}
	}
}
