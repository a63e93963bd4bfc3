package sereal

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/golang/snappy"
)

// The types of documents, in the upper half of the fifth byte.
const (
	typeRaw = iota
	typeSnappy
	typeSnappyIncremental
	typeZlib
)

// headSize is the fixed part of the header: magic, version and type.
const headSize = 5

// offsets specifies where a document's body begins and what the offsets inside it
// count from: the document in version 1, the byte before the body after that.
type offsets struct{ body, base int }

// uncompressed returns an uncompressed copy of a document. The library would
// inflate it as well, but to any size.
func uncompressed(data []byte, maxSize int) (doc []byte, at offsets, err error) {
	if len(data) < headSize+1 {
		return nil, at, truncated(len(data))
	}
	version, kind := data[4]&0x0f, data[4]>>4
	suffix, n, err := varint(data, headSize)
	if err != nil {
		return nil, at, err
	}
	if suffix >= uint64(len(data)-n) {
		return nil, at, truncated(len(data))
	}
	at.body = n + int(suffix)
	if version > 1 {
		at.base = at.body - 1
	}
	body, err := inflate(data[at.body:], int(kind), maxSize)
	if err != nil {
		return nil, at, err
	}
	doc = append(bytes.Clone(data[:at.body]), body...)
	doc[4] = version
	return doc, at, nil
}

func inflate(body []byte, kind, maxSize int) ([]byte, error) {
	switch kind {
	case typeRaw:
		return body, nil
	case typeSnappy:
		return unsnappy(body, maxSize)
	case typeSnappyIncremental:
		packed, err := sized(body, 0)
		if err != nil {
			return nil, err
		}
		return unsnappy(packed, maxSize)
	case typeZlib:
		_, n, err := varint(body, 0) // the size that it claims to have
		if err != nil {
			return nil, err
		}
		packed, err := sized(body, n)
		if err != nil {
			return nil, err
		}
		return unzlib(packed, maxSize)
	}
	return nil, &SyntaxError{Offset: 4, Msg: fmt.Sprintf("document type %d, which is none of raw, snappy, zlib", kind)}
}

// sized returns the bytes that follow their own number at pos.
func sized(body []byte, pos int) ([]byte, error) {
	size, n, err := varint(body, pos)
	if err != nil {
		return nil, err
	}
	if size > uint64(len(body)-n) {
		return nil, truncated(len(body))
	}
	return body[n : n+int(size)], nil
}

func unsnappy(packed []byte, maxSize int) ([]byte, error) {
	n, err := snappy.DecodedLen(packed)
	if err != nil {
		return nil, fmt.Errorf("sereal: %w", err)
	}
	if n > maxSize {
		return nil, limitError("MaxSize", maxSize, 0)
	}
	body, err := snappy.Decode(nil, packed)
	if err != nil {
		return nil, fmt.Errorf("sereal: %w", err)
	}
	return body, nil
}

func unzlib(packed []byte, maxSize int) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("sereal: %w", err)
	}
	limit := int64(maxSize)
	if limit < limit+1 { // one byte more shows that there is more
		limit++
	}
	body, err := io.ReadAll(io.LimitReader(z, limit))
	if err != nil {
		return nil, fmt.Errorf("sereal: %w", err)
	}
	if len(body) > maxSize {
		return nil, limitError("MaxSize", maxSize, 0)
	}
	return body, nil
}

// varint reads a number at pos and returns where it ends.
func varint(data []byte, pos int) (n uint64, end int, err error) {
	n, size := binary.Uvarint(data[pos:])
	switch {
	case size == 0:
		return 0, pos, truncated(len(data))
	case size < 0:
		return 0, pos, &SyntaxError{Offset: pos, Msg: "number of more than 64 bits"}
	}
	return n, pos + size, nil
}
