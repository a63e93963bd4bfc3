package port

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

// The limits of one source text and of a line, in bytes: PPI takes time with the square
// of the length of some lines.
const (
	maxSource = 8 << 20
	maxLine   = 1 << 18
)

// readFile reads a file that may be a program: a regular one which is not too large.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file: name a Perl program", path)
	case info.Size() > maxSource:
		return nil, fmt.Errorf("%s: the file has %d bytes; the limit is %d", path, info.Size(), maxSource)
	}
	return os.ReadFile(path)
}

// readSource reads a file of a program and checks that it may be one.
func readSource(path string) (string, error) {
	source, err := readFile(path)
	if err != nil {
		return "", err
	}
	return checkSource(path, source)
}

// checkSource returns a source text with the line ends of Unix and without a byte order
// mark, and refuses what is no Perl.
func checkSource(path string, source []byte) (string, error) {
	if bytes.HasPrefix(source, []byte("\xff\xfe")) || bytes.HasPrefix(source, []byte("\xfe\xff")) {
		return "", fmt.Errorf("%s:1: the text is UTF-16: convert it to UTF-8", path)
	}
	source = bytes.TrimPrefix(source, []byte("\xef\xbb\xbf"))
	if i := bytes.IndexByte(source, 0); i >= 0 {
		return "", fmt.Errorf("%s:%d: this is no Perl program: it has a zero byte", path, 1+bytes.Count(source[:i], []byte("\n")))
	}
	line := 1
	for text := range bytes.Lines(source) {
		if len(text) > maxLine {
			return "", fmt.Errorf("%s:%d: the line has %d bytes; the limit is %d", path, line, len(text), maxLine)
		}
		line++
	}
	return string(bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))), nil
}

// located puts the path of a text in front of what PPI says of it.
func located(path string, err error) error {
	if place, ok := strings.CutPrefix(err.Error(), "line "); ok {
		return fmt.Errorf("%s:%s", path, place)
	}
	return fmt.Errorf("%s: %w", path, err)
}
