package port

import (
	"bufio"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

//go:embed tokens.pl
var tokensScript string

// token is a Perl token as PPI cuts it, with the comments and blank lines in
// front of it.
type token struct {
	class     string // PPI's class without PPI::Token::
	text      string
	parts     []string // what PPI knows of quotes, patterns and here-documents
	line, col int
	space     bool     // white space precedes it
	newline   bool     // it is the first of its line
	comments  []string // comment lines in front of it
}

// tokenizer is a running perl which cuts source texts into tokens. It executes
// nothing of them.
type tokenizer struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

var errNoPPI = errors.New("perl with PPI is needed: install it with `apt-get install libppi-perl` or `cpan PPI`")

func newTokenizer(perl string) (*tokenizer, error) {
	path, err := exec.LookPath(perl)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", errNoPPI, err)
	}
	if out, err := exec.Command(path, "-MPPI::Tokenizer", "-e", "1").CombinedOutput(); err != nil {
		first, _, _ := strings.Cut(string(out), "\n")
		return nil, fmt.Errorf("%w (%s)", errNoPPI, first)
	}
	t := &tokenizer{cmd: exec.Command(path, "-e", tokensScript)}
	if t.in, err = t.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := t.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	t.out = bufio.NewReaderSize(stdout, 1<<16)
	return t, t.cmd.Start()
}

func (t *tokenizer) close() error {
	err := t.in.Close()
	return errors.Join(err, t.cmd.Wait())
}

// tokens returns the tokens of source without white space and comments.
func (t *tokenizer) tokens(source string) ([]token, error) {
	if len(source) > maxSource {
		return nil, fmt.Errorf("the text has %d bytes; the limit is %d", len(source), maxSource)
	}
	var head [4]byte
	binary.BigEndian.PutUint32(head[:], uint32(len(source)))
	go func() { // perl may answer only when it has read everything
		_, _ = io.WriteString(t.in, string(head[:])+source)
	}()
	count, err := t.number()
	if err != nil {
		return nil, err
	}
	if count == 0xffffffff {
		text, err := t.text()
		if err != nil {
			return nil, err
		}
		return nil, errors.New(strings.TrimSpace(text))
	}
	return t.readTokens(int(count))
}

func (t *tokenizer) readTokens(count int) ([]token, error) {
	var tokens []token
	var next token
	for range count {
		tok, err := t.token()
		if err != nil {
			return nil, err
		}
		switch tok.class {
		case "Whitespace":
			next.space = true
			if strings.Contains(tok.text, "\n") {
				next.newline = true
			}
		case "Comment":
			next.space = true
			for line := range strings.SplitSeq(strings.TrimRight(tok.text, "\n"), "\n") {
				next.comments = append(next.comments, strings.TrimSpace(line))
			}
			if strings.Contains(tok.text, "\n") {
				next.newline = true
			}
		case "Pod", "End":
			next.newline = true
		case "Separator":
			if strings.HasPrefix(tok.text, "__") {
				tokens = append(tokens, tok)
			}
		default:
			tok.space, tok.newline, tok.comments = next.space, next.newline || len(tokens) == 0, next.comments
			next = token{}
			tokens = append(tokens, tok)
		}
	}
	return tokens, nil
}

func (t *tokenizer) token() (token, error) {
	class, err := t.text()
	if err != nil {
		return token{}, err
	}
	var n [3]uint32
	for i := range n {
		if n[i], err = t.number(); err != nil {
			return token{}, err
		}
	}
	tok := token{class: class, line: int(n[0]), col: int(n[1])}
	for range n[2] {
		part, err := t.text()
		if err != nil {
			return token{}, err
		}
		tok.parts = append(tok.parts, part)
	}
	tok.text, tok.parts = tok.parts[0], tok.parts[1:]
	return tok, nil
}

func (t *tokenizer) number() (uint32, error) {
	var b [4]byte
	_, err := io.ReadFull(t.out, b[:])
	if err != nil {
		return 0, fmt.Errorf("perl stopped while it read the program: %w", err)
	}
	return binary.BigEndian.Uint32(b[:]), nil
}

func (t *tokenizer) text() (string, error) {
	n, err := t.number()
	if err != nil {
		return "", err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(t.out, b)
	return string(b), err
}
