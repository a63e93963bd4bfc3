package node

import (
	"encoding/binary"
	"fmt"
	"reflect"
)

// DecodedSizer is an optional interface of a [Codec], by which
// Config.MaxDecoded is enforced. DecodedSize estimates how many bytes of memory
// Decode would allocate for data, without allocating them. It is called from
// several goroutines at once.
type DecodedSizer interface {
	DecodedSize(data []byte) (int, error)
}

// decodedSize is how much memory a payload takes once it is decoded. The error
// is ErrTooLarge or ErrBadValue.
func (n *Node) decodedSize(payload []byte) (int, error) {
	sizer, ok := n.config.Codec.(DecodedSizer)
	if !ok || len(payload) == 0 {
		return len(payload), nil
	}
	size, err := sizer.DecodedSize(payload)
	if err != nil {
		return 0, err
	}
	if size > n.config.MaxDecoded {
		return 0, fmt.Errorf("%w: decoded it takes %d bytes, more than MaxDecoded", ErrTooLarge, size)
	}
	return max(size, len(payload)), nil
}

// What values take in memory, in bytes, rounded up.
const (
	sizeItem  = 24  // an interface and a small value behind it
	sizeText  = 40  // an interface and a header, without the bytes
	sizeList  = 40  // an interface and a header, without the elements
	sizeMap   = 80  // an interface and an empty map
	sizeTable = 320 // what the first pair adds to a map
	sizePair  = 48  // what each pair adds beside its key and its value
)

// maxExpansion is how many bytes one byte of CBOR can become at most, unless
// registered structs are among the types.
const maxExpansion = sizeMap

// DecodedSize reports how much memory Decode would allocate for data. The error
// is ErrBadValue if data is not well-formed.
func (c *CBOR) DecodedSize(data []byte) (int, error) {
	s := cborSizer{codec: c, data: data}
	if err := s.item(0, typeSize{}); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrBadValue, err)
	}
	return s.size, nil
}

// cborSizer adds up what the items of an encoding take.
type cborSizer struct {
	codec *CBOR
	data  []byte // what is left
	size  int
}

var errCBOR = fmt.Errorf("malformed CBOR")

// indefinite is the argument of an item whose length is not given.
const indefinite = ^uint64(0)

// head reads the first bytes of an item.
func (s *cborSizer) head() (major byte, arg uint64, err error) {
	if len(s.data) == 0 {
		return 0, 0, errCBOR
	}
	first := s.data[0]
	s.data = s.data[1:]
	major, info := first>>5, first&31
	switch {
	case info < 24:
		return major, uint64(info), nil
	case info == 31:
		return major, indefinite, nil
	case info > 27:
		return 0, 0, errCBOR
	}
	width := 1 << (info - 24)
	if len(s.data) < width {
		return 0, 0, errCBOR
	}
	var b [8]byte
	copy(b[8-width:], s.data)
	s.data = s.data[width:]
	return major, binary.BigEndian.Uint64(b[:]), nil
}

// item adds one item, in the fields of a struct of size in.
func (s *cborSizer) item(depth int, in typeSize) error {
	if depth > maxNesting {
		return fmt.Errorf("nested deeper than %d", maxNesting)
	}
	major, arg, err := s.head()
	if err != nil {
		return err
	}
	switch major {
	case 2, 3:
		s.size += max(sizeText, in.bytes)
		return s.text(major, arg)
	case 4:
		s.size += max(sizeList, in.part)
		return s.list(depth, arg, in)
	case 5:
		s.size += max(sizeMap, in.part)
		return s.mapping(depth, arg, in)
	case 6:
		if own, ok := s.codec.sizes[arg]; ok {
			s.size += own.whole
			in = own
		}
		return s.item(depth+1, in)
	}
	if arg == indefinite {
		return errCBOR // a break where there is nothing to end
	}
	s.size += sizeItem
	if major == 7 && (arg == cborNull || arg == cborUndefined) {
		s.size += in.part // the zero value of whatever it stands for
	}
	return nil
}

// text adds the bytes of a string.
func (s *cborSizer) text(major byte, arg uint64) error {
	for arg == indefinite {
		if s.ends() {
			return nil
		}
		kind, n, err := s.head()
		if err != nil || kind != major || n == indefinite {
			return errCBOR
		}
		if err := s.text(major, n); err != nil {
			return err
		}
	}
	if arg > uint64(len(s.data)) {
		return errCBOR
	}
	s.size += int(arg)
	s.data = s.data[arg:]
	return nil
}

// list adds the elements of a list.
func (s *cborSizer) list(depth int, n uint64, in typeSize) error {
	if n != indefinite && n > uint64(len(s.data)) {
		return errCBOR
	}
	for i := uint64(0); i < n; i++ {
		if n == indefinite && s.ends() {
			return nil
		}
		if err := s.item(depth+1, in); err != nil {
			return err
		}
	}
	return nil
}

// mapping adds the pairs of a map.
func (s *cborSizer) mapping(depth int, n uint64, in typeSize) error {
	if n != indefinite && n > uint64(len(s.data)) {
		return errCBOR
	}
	if n > 0 {
		s.size += sizeTable
	}
	for i := uint64(0); i < n; i++ {
		if n == indefinite && s.ends() {
			return nil
		}
		s.size += sizePair
		for range 2 {
			if err := s.item(depth+1, in); err != nil {
				return err
			}
		}
	}
	return nil
}

// ends skips the break that ends an item of indefinite length.
func (s *cborSizer) ends() bool {
	if len(s.data) > 0 && s.data[0] == 0xff {
		s.data = s.data[1:]
		return true
	}
	return false
}

// The simple values that stand for nothing.
const (
	cborNull      = 22
	cborUndefined = 23
)

// typeSize is what a registered struct takes: the whole, the largest part of it
// that one item can make, and the largest that one text or byte string can.
type typeSize struct{ whole, part, bytes int }

// sizeOf finds the size of a type. Parts of types that contain themselves are
// counted once.
func sizeOf(t reflect.Type) typeSize {
	s := typeSize{whole: int(t.Size())}
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(t reflect.Type) {
		if seen[t] {
			return
		}
		seen[t] = true
		s.part = max(s.part, int(t.Size()))
		if t.Kind() == reflect.Array && t.Elem().Kind() == reflect.Uint8 {
			s.bytes = max(s.bytes, int(t.Size()))
		}
		switch t.Kind() {
		case reflect.Slice, reflect.Array, reflect.Pointer:
			walk(t.Elem())
		case reflect.Map:
			walk(t.Key())
			walk(t.Elem())
		case reflect.Struct:
			for i := range t.NumField() {
				walk(t.Field(i).Type)
			}
		}
	}
	for i := range t.NumField() {
		walk(t.Field(i).Type)
	}
	return s
}
