// Package zstd lets component clienthttp request and decode the content encoding
// zstd. It is a package of its own so that programs without it do not link the
// decoder, which is that of github.com/klauspost/compress.
//
//	clienthttp.New(k, clienthttp.Config{Decompress: true, Encodings: []clienthttp.Encoding{zstd.Encoding}})
package zstd

import (
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/gopoe/poe/component/clienthttp"
)

// maxWindow is the largest window that a sender may require for HTTP (RFC 9659).
const maxWindow = 8 << 20

// Encoding is the content encoding, for clienthttp.Config.Encodings. It must not be
// changed.
var Encoding = clienthttp.Encoding{Name: "zstd", NewReader: newReader}

func newReader(r io.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}
