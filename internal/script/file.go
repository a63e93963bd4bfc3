package script

import (
	"bufio"
	"os"
	"strings"
	"time"
)

// file is one that the program reads, or writes.
type file struct {
	path string
	read int // how many of its lines were heard
}

// say adds a line, or several at once: \n is between them.
func (f *file) say(text string) error {
	out, err := os.OpenFile(f.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer out.Close()
	_, err = out.WriteString(strings.ReplaceAll(text, `\n`, "\n") + "\n")
	return err
}

// hear waits for the file's next line.
func (f *file) hear() (string, error) {
	for until := time.Now().Add(Timeout); time.Now().Before(until); <-time.After(5 * time.Millisecond) {
		if line, ok := f.line(f.read); ok {
			f.read++
			return line, nil
		}
	}
	return "", errNothing
}

// line is one of the file's lines, if it is there and complete.
func (f *file) line(number int) (string, bool) {
	in, err := os.Open(f.path)
	if err != nil {
		return "", false
	}
	defer in.Close()
	for lines := bufio.NewReader(in); ; number-- {
		line, err := lines.ReadString('\n')
		if err != nil {
			return "", false
		}
		if number == 0 {
			return line[:len(line)-1], true
		}
	}
}

func (f *file) close() error { return nil }

// rotate puts an empty file in the place of one, which gets another name. There
// is no moment without a file of the name.
func rotate(path string) error {
	old := path + ".1"
	if err := os.WriteFile(old, nil, 0o644); err != nil {
		return err
	}
	return exchange(old, path)
}
