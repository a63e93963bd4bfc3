package soak

import (
	"bytes"
	"errors"
	"io"

	"github.com/gopoe/poe/kernel"
)

// wire sends and receives lines over a handle, for the session that opened it.
// Its states are "readable" and "writable", which the session has as well and
// hands on.
type wire struct {
	k    *kernel.Kernel
	h    *kernel.Handle
	own  kernel.Owned
	in   []byte
	out  []byte
	line func(string) // got a line
	gone func(error)  // the other end has closed, io.EOF, or something broke
}

// open makes a wire for the active session, which owns its handle.
func open(k *kernel.Kernel, h *kernel.Handle, line func(string), gone func(error)) (*wire, error) {
	own, err := k.Host().Own(h, h.String())
	if err != nil {
		return nil, err
	}
	return &wire{k: k, h: h, own: own, line: line, gone: gone}, k.SelectRead(h, "readable")
}

func (w *wire) readable() {
	var buf [512]byte
	n, err := w.h.Read(buf[:])
	w.in = append(w.in, buf[:n]...)
	for w.h != nil {
		line, rest, found := bytes.Cut(w.in, []byte("\n"))
		if !found {
			break
		}
		w.in = rest
		w.line(string(line))
	}
	if err != nil && !errors.Is(err, kernel.ErrWouldBlock) && w.h != nil {
		w.gone(err)
	}
}

func (w *wire) send(line string) error {
	if w.h == nil {
		return io.ErrClosedPipe
	}
	w.out = append(append(w.out, line...), '\n')
	return w.k.SelectWrite(w.h, "writable")
}

func (w *wire) writable() {
	n, err := w.h.Write(w.out)
	if w.out = w.out[n:]; len(w.out) == 0 {
		w.k.SelectClear(w.h, kernel.Write)
	}
	if err != nil && !errors.Is(err, kernel.ErrWouldBlock) {
		w.gone(err)
	}
}

// finish ends the sending half.
func (w *wire) finish() error { return w.h.CloseWrite() }

// close may be called twice.
func (w *wire) close() error {
	if w == nil || w.h == nil {
		return nil
	}
	h := w.h
	w.h = nil
	w.own.Release()
	return h.Close()
}
