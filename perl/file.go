//go:build linux

package perl

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// File is a file handle. The zero File is not usable; see NewFile and Open.
type File struct {
	fd      int
	name    string
	class   string
	in      []byte // read and not yet used
	eof     bool
	out     []byte // written and not yet flushed
	buffer  bool   // keep output until Flush
	closed  bool
	lines   int
	held    int
	dir     []string
	dirAt   int
	mem     *Ref // a string in the place of a file
	memAt   int
	memMode byte
	proc    *os.Process
	status  int
	// Native is what another package keeps with the handle; it reads, writes and
	// closes in the place of the descriptor.
	Native NativeHandle
}

// NativeHandle is a handle that another package has opened. Fd returns its
// descriptor, -1 for none.
type NativeHandle interface {
	io.ReadWriteCloser
	Fd() int
}

// Stdin, Stdout and Stderr are the standard handles.
var (
	Stdin  = &File{fd: 0, name: "STDIN", held: 1 << 20}
	Stdout = &File{fd: 1, name: "STDOUT", buffer: true, held: 1 << 20}
	Stderr = &File{fd: 2, name: "STDERR", held: 1 << 20}
	// Selected is the handle to which print without a handle writes. Perl:
	// select.
	Selected = Stdout
	lastFile *File
)

// The separators are $, $\ $/ and $" in this order. ChildStatus is the wait
// status $?.
var (
	OutputFieldSeparator  any
	OutputRecordSeparator any
	InputRecordSeparator  any = "\n"
	ListSeparator         any = " "
	ChildStatus           int // $?
)

// NewFile returns a handle for an open descriptor, which it owns.
func NewFile(fd int, name string) *File { return &File{fd: fd, name: name} }

// NewNative returns a handle for n, which another package has opened. Close
// closes n.
func NewNative(n NativeHandle, name string) *File { return &File{fd: -1, Native: n, name: name} }

// Retain adds n to the number of hashes and arrays that hold f and returns the
// result.
func (f *File) Retain(n int) int {
	f.held += n
	return f.held
}

// Destroy closes f. It is called when f has lost its last holder.
func (f *File) Destroy() { f.Close() }

// Closed reports whether f has been closed.
func (f *File) Closed() bool { return f == nil || f.closed }

// Fd returns the descriptor, or -1 if f is nil, closed or has none.
func (f *File) Fd() int {
	if f == nil || f.closed {
		return -1
	}
	if f.Native != nil {
		return f.Native.Fd()
	}
	return f.fd
}

// PerlString returns GLOB(0x...), as Perl shows a handle.
func (f *File) PerlString() string {
	if f.class != "" {
		return fmt.Sprintf("%s=GLOB(0x%x)", f.class, Address(f))
	}
	return fmt.Sprintf("GLOB(0x%x)", Address(f))
}

// F returns v as a file handle: a handle, a reference to one, or the name of a
// standard handle. It returns nil if v is none of these.
func F(v any) *File {
	switch v := v.(type) {
	case *File:
		return v
	case *Ref:
		return F(v.Get())
	case string:
		switch strings.TrimPrefix(strings.TrimPrefix(v, "*"), "main::") {
		case "STDIN":
			return Stdin
		case "STDOUT":
			return Stdout
		case "STDERR":
			return Stderr
		}
	case interface{ PerlFile() *File }:
		return v.PerlFile()
	}
	return nil
}

// SetAutoflush disables the output buffer of f if on is true; only standard
// output has one. Perl: $| of the handle.
func (f *File) SetAutoflush(on any) {
	if f == Stdout {
		f.buffer = !True(on)
	}
	if !f.buffer {
		f.Flush()
	}
}

// Flush writes buffered output to the descriptor.
func (f *File) Flush() {
	for len(f.out) > 0 {
		n, err := f.rawWrite(f.out)
		if err != nil {
			break
		}
		f.out = f.out[n:]
	}
	f.out = nil
}

// FlushAll flushes standard output, the only standard handle that is buffered.
func FlushAll() { Stdout.Flush() }

func (f *File) rawWrite(p []byte) (int, error) {
	if f.Native != nil {
		return f.Native.Write(p)
	}
	for {
		n, err := unix.Write(f.fd, p)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

func (f *File) rawRead(p []byte) (int, error) {
	if f.Native != nil {
		n, err := f.Native.Read(p)
		if err == io.EOF {
			err = nil
		}
		return n, err
	}
	for {
		if sigQueue != nil {
			_, _ = poll([]unix.PollFd{{Fd: int32(f.fd), Events: unix.POLLIN}}, -1)
		}
		n, err := unix.Read(f.fd, p)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// Print writes the arguments, separated by $, and followed by $\, and reports
// whether it succeeded.
func (f *File) Print(args ...any) bool {
	sep, end := "", ""
	if OutputFieldSeparator != nil {
		sep = Str(OutputFieldSeparator)
	}
	if OutputRecordSeparator != nil {
		end = Str(OutputRecordSeparator)
	}
	return f.WriteString(Join(sep, args...) + end)
}

// WriteString writes s and reports whether it succeeded.
func (f *File) WriteString(s string) bool {
	if f.Closed() {
		Errno = syscall.EBADF
		return false
	}
	if f.mem != nil {
		f.mem.Set(Str(f.mem.Get()) + s)
		return true
	}
	if len(f.in) > 0 && f.Native == nil { // a file is written where it has been read to
		if _, err := unix.Seek(f.fd, int64(-len(f.in)), io.SeekCurrent); err == nil {
			f.in = nil
		}
	}
	f.out = append(f.out, s...)
	if f.buffer && len(f.out) < 8192 {
		return true
	}
	for len(f.out) > 0 {
		n, err := f.rawWrite(f.out)
		if err == unix.EAGAIN {
			if !wait(f.Fd(), unix.POLLOUT, -1) {
				break
			}
			continue
		}
		if err != nil {
			SetOSError(err)
			f.out = nil
			return false
		}
		f.out = f.out[n:]
	}
	f.out = nil
	return true
}

func wait(fd int, events int16, timeout int) bool {
	fds := []unix.PollFd{{Fd: int32(fd), Events: events}}
	n, err := unix.Poll(fds, timeout)
	return err == unix.EINTR || n > 0
}

// Say is like Print but appends a newline.
func (f *File) Say(args ...any) bool { return f.Print(append(args[:len(args):len(args)], "\n")...) }

// PrintTo prints to fh, a handle or an object with a method print, and reports
// whether it succeeded.
func PrintTo(fh any, args ...any) bool {
	if f := F(fh); f != nil {
		return f.Print(args...)
	}
	if fh != nil && (Class(fh) != "" || FindMethod(Str(fh), "print") != nil) {
		return True(Call(fh, "print", args...))
	}
	Errno = syscall.EBADF
	return false
}

// Print prints to the selected handle and reports whether it succeeded.
func Print(args ...any) bool { return Selected.Print(args...) }

// ReadLine reads and returns the next line, which $/ ends, or nil at the end.
func ReadLine(fh any) any {
	f := F(fh)
	if f.Closed() {
		return nil
	}
	lastFile = f
	sep := "\n"
	if InputRecordSeparator != nil {
		sep = Str(InputRecordSeparator)
	}
	for {
		if InputRecordSeparator != nil {
			s := sep
			if s == "" {
				s = "\n\n"
				f.in = bytes.TrimLeft(f.in, "\n")
			}
			if i := bytes.Index(f.in, []byte(s)); i >= 0 {
				return f.take(i + len(s))
			}
		}
		if !f.fill() {
			if len(f.in) == 0 {
				return nil
			}
			return f.take(len(f.in))
		}
	}
}

func (f *File) take(n int) string {
	line := string(f.in[:n])
	f.in = f.in[n:]
	f.lines++
	return line
}

// fill reads more and reports whether there was any.
func (f *File) fill() bool {
	if f.mem != nil {
		s := Str(f.mem.Get())
		if f.memAt >= len(s) {
			f.eof = true
			return false
		}
		f.in = append(f.in, s[f.memAt:]...)
		f.memAt = len(s)
		return true
	}
	buf := make([]byte, 8192)
	n, err := f.rawRead(buf)
	if err == unix.EAGAIN && f.Native == nil {
		SetOSError(err)
		return false
	}
	if !succeeded(err) || n == 0 {
		f.eof = true
		return false
	}
	f.in = append(f.in, buf[:n]...)
	return true
}

// ReadLines reads and returns all remaining lines.
func ReadLines(fh any) []any {
	var out []any
	for {
		line := ReadLine(fh)
		if line == nil {
			return out
		}
		out = append(out, line)
	}
}

// InputLine returns the number of the line that was read last. Perl: $. as a
// variable.
func InputLine() any {
	if lastFile == nil {
		return nil
	}
	return lastFile.lines
}

func lastRead() string {
	if lastFile == nil || lastFile.lines == 0 || lastFile.closed {
		return ""
	}
	return fmt.Sprintf(", <%s> line %d", If(lastTested.name == "STDIN", "STDIN", "$fh"), lastFile.lines)
}

// Eof reports whether a handle is closed or at its end. It may wait for input.
func Eof(fh any) bool {
	f := F(fh)
	return f.Closed() || len(f.in) == 0 && !f.fill()
}

// Getc reads and returns the next byte, or nil at the end.
func Getc(fh any) any {
	f := F(fh)
	if f.Closed() || len(f.in) == 0 && !f.fill() {
		return nil
	}
	s := string(f.in[:1])
	f.in = f.in[1:]
	return s
}

// Read reads up to n bytes through the buffer, until it has them or the input
// ends, and returns them; nil on an error.
func Read(fh any, n int) any {
	f := F(fh)
	if f.Closed() {
		Errno = syscall.EBADF
		return nil
	}
	for len(f.in) < n && f.fill() {
	}
	n = min(n, len(f.in))
	s := string(f.in[:n])
	f.in = f.in[n:]
	return s
}

// ReadInto reads up to n bytes through the buffer, stores them in *p at an
// offset and returns their number, 0 at the end and nil on an error. Perl:
// read.
func ReadInto(fh any, p *any, n, offset int) any {
	return into(p, Read(fh, n), offset)
}

func into(p *any, data any, offset int) any {
	if data == nil {
		return nil
	}
	old := Str(*p)
	if offset < 0 {
		offset += len(old)
	}
	if offset > len(old) {
		old += strings.Repeat("\x00", offset-len(old))
	}
	*p = old[:offset] + Str(data)
	return len(Str(data))
}

// SysreadInto reads up to n bytes, at most 16 MiB, with one system call, stores
// them in *p at an offset and returns their number, 0 at the end and nil on an
// error. Perl: sysread.
func SysreadInto(fh any, p *any, n, offset int) any {
	f := F(fh)
	if f.Closed() {
		Errno = syscall.EBADF
		return nil
	}
	buf := make([]byte, min(max(n, 0), 1<<24))
	got, err := f.rawRead(buf)
	if !succeeded(err) {
		return nil
	}
	return into(p, string(buf[:got]), offset)
}

// Syswrite writes s with one system call and returns the number of bytes
// written, or nil on an error.
func Syswrite(fh any, s string) any {
	f := F(fh)
	if f.Closed() {
		Errno = syscall.EBADF
		return nil
	}
	if s == "" {
		return 0
	}
	n, err := f.rawWrite([]byte(s))
	if !succeeded(err) {
		return nil
	}
	return n
}

// Close closes f and reports whether it succeeded. For a pipe to a process it
// waits for the end of that, sets $? and reports whether the status is 0.
func (f *File) Close() bool {
	if f.Closed() {
		Errno = syscall.EBADF
		return false
	}
	f.Flush()
	f.closed = true
	ok := true
	switch {
	case f.mem != nil:
	case f.Native != nil:
		ok = succeeded(f.Native.Close())
	case f.fd >= 0:
		ok = succeeded(unix.Close(f.fd))
	}
	if f.proc != nil {
		state, err := f.proc.Wait()
		if err == nil {
			ChildStatus = waitStatus(state)
			ok = ChildStatus == 0
		}
	}
	return ok
}

func waitStatus(state *os.ProcessState) int {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok {
		return int(ws)
	}
	return state.ExitCode() << 8
}

// Close closes a handle and reports whether it succeeded.
func Close(fh any) bool {
	f := F(fh)
	if f == nil {
		Errno = syscall.EBADF
		return false
	}
	return f.Close()
}

// Binmode has no effect, because strings hold bytes.
func Binmode(fh any, layer ...any) bool { return F(fh) != nil }

// Fileno returns the descriptor of a handle, or nil if it has none.
func Fileno(fh any) any {
	if fd := F(fh).Fd(); fd >= 0 {
		return fd
	}
	return nil
}

// Open opens a file, stores the handle in *p and reports whether it succeeded.
// mode is <, >, >>, +<, +>, -| or |-, with an optional layer. Without a path,
// mode is the two-argument form, which contains the path.
func Open(p *any, mode string, path ...any) bool {
	f, err := open(mode, path)
	if !succeeded(err) {
		return false
	}
	if old := F(*p); old != nil && old != f && !old.closed && old.name != "" && len(old.name) > 0 && old.held == 0 {
		old.Close()
	}
	if old := F(*p); old == Stdout || old == Stderr || old == Stdin {
		old.Flush()
		if f.mem != nil || old.fd < 0 {
			old.become(f)
			return true
		}
		if old.mem != nil {
			old.mem, old.fd = nil, map[*File]int{Stdin: 0, Stdout: 1, Stderr: 2}[old]
		}
		old.closed, old.eof, old.in = false, false, nil
		if err := unix.Dup2(f.Fd(), old.fd); !succeeded(err) {
			return false
		}
		f.Close()
		return true
	}
	*p = f
	return true
}

// become makes a standard handle another one.
func (f *File) become(other *File) {
	name, class, held := f.name, f.class, f.held
	*f = *other
	f.name, f.class, f.held = name, class, held
}

// LocalHandle replaces a standard handle by a closed one and returns a function
// that restores it. Perl: local *STDOUT.
func LocalHandle(f *File) (restore func()) {
	f.Flush()
	saved := *f
	*f = File{fd: -1, name: f.name, class: f.class, held: f.held, closed: true, buffer: f.buffer}
	return func() {
		f.Flush()
		*f = saved
	}
}

func open(mode string, path []any) (*File, error) {
	mode = strings.TrimSpace(mode)
	if len(path) == 0 {
		return open2(mode)
	}
	if i := strings.IndexByte(mode, ':'); i >= 0 {
		mode = strings.TrimSpace(mode[:i])
	}
	if mode == "-|" || mode == "|-" {
		return openPipe(mode, path)
	}
	if r, ok := path[0].(*Ref); ok {
		f := &File{fd: -1, mem: r, name: "memory", memMode: mode[0]}
		if mode == ">" {
			r.Set("")
		}
		return f, nil
	}
	if fd := F(path[0]); strings.HasSuffix(mode, "&") || strings.HasSuffix(mode, "&=") {
		if fd == nil {
			return nil, syscall.EBADF
		}
		fd.Flush()
		n, err := unix.Dup(fd.Fd())
		return &File{fd: n, name: fd.name}, err
	}
	flags, ok := openFlags[mode]
	if !ok {
		Die("Unknown open() mode '%s'", mode)
	}
	if path[0] == nil {
		f, err := os.CreateTemp("", "perl")
		if err != nil {
			return nil, err
		}
		_ = os.Remove(f.Name())
		fd, err := unix.Dup(int(f.Fd()))
		_ = f.Close()
		return &File{fd: fd, name: "tmp"}, err
	}
	fd, err := unix.Open(Str(path[0]), flags|unix.O_CLOEXEC, 0o666)
	if err != nil {
		return nil, err
	}
	return &File{fd: fd, name: Str(path[0])}, nil
}

var openFlags = map[string]int{
	"<": unix.O_RDONLY, ">": unix.O_WRONLY | unix.O_CREAT | unix.O_TRUNC, ">>": unix.O_WRONLY | unix.O_CREAT | unix.O_APPEND,
	"+<": unix.O_RDWR, "+>": unix.O_RDWR | unix.O_CREAT | unix.O_TRUNC, "+>>": unix.O_RDWR | unix.O_CREAT | unix.O_APPEND,
}

// open2 is open with mode and path in one string.
func open2(s string) (*File, error) {
	for _, m := range []string{"+>>", "+<", "+>", ">>", ">&", "<&", ">", "<"} {
		if rest, ok := strings.CutPrefix(s, m); ok {
			rest = strings.TrimSpace(rest)
			if strings.HasSuffix(m, "&") {
				return open(m, []any{rest})
			}
			return open(m, []any{rest})
		}
	}
	if strings.HasSuffix(s, "|") {
		return openPipe("-|", []any{strings.TrimSuffix(s, "|")})
	}
	if strings.HasPrefix(s, "|") {
		return openPipe("|-", []any{strings.TrimPrefix(s, "|")})
	}
	return open("<", []any{s})
}

// Opendir opens a directory, stores the handle in *p and reports whether it
// succeeded.
func Opendir(p *any, path string) bool {
	entries, err := os.ReadDir(path)
	if !succeeded(err) {
		return false
	}
	f := &File{fd: -1, name: path, dir: []string{".", ".."}}
	for _, e := range entries {
		f.dir = append(f.dir, e.Name())
	}
	*p = f
	return true
}

// Readdir returns the next name in a directory, or nil at the end.
func Readdir(fh any) any {
	f := F(fh)
	if f == nil || f.dirAt >= len(f.dir) {
		return nil
	}
	f.dirAt++
	return f.dir[f.dirAt-1]
}

// ReaddirAll returns the remaining names in a directory.
func ReaddirAll(fh any) []any {
	var out []any
	for v := Readdir(fh); v != nil; v = Readdir(fh) {
		out = append(out, v)
	}
	return out
}

// Seek sets the position of a handle and reports whether it succeeded; whence
// is as in lseek.
func Seek(fh any, offset int, whence int) bool {
	f := F(fh)
	if f.Closed() {
		return false
	}
	if f.mem != nil {
		f.in, f.memAt = nil, offset
		return true
	}
	if whence == 1 {
		offset -= len(f.in)
	}
	f.in, f.eof = nil, false
	_, err := unix.Seek(f.fd, int64(offset), whence)
	return succeeded(err)
}

// Tell returns the position of a handle, or -1 on an error.
func Tell(fh any) int {
	f := F(fh)
	if f.Closed() {
		return -1
	}
	if f.mem != nil {
		return f.memAt - len(f.in)
	}
	n, err := unix.Seek(f.fd, 0, 1)
	if !succeeded(err) {
		return -1
	}
	return int(n) - len(f.in)
}

// Truncate truncates a file, given by handle or by name, to n bytes and reports
// whether it succeeded.
func Truncate(v any, n int) bool {
	if f := F(v); f != nil {
		return succeeded(unix.Ftruncate(f.Fd(), int64(n)))
	}
	return succeeded(os.Truncate(Str(v), int64(n)))
}

// Unlink removes files and returns the number of those removed.
func Unlink(names ...any) int {
	n := 0
	for _, name := range names {
		if succeeded(syscall.Unlink(Str(name))) {
			n++
		}
	}
	return n
}

// Mkdir creates a directory, with mode 0777 less the umask by default, and
// reports whether it succeeded.
func Mkdir(name string, mode ...any) bool {
	m := 0o777
	if len(mode) > 0 {
		m = Int(mode[0])
	}
	return succeeded(syscall.Mkdir(name, uint32(m)))
}

// Rmdir removes an empty directory and reports whether it succeeded.
func Rmdir(name string) bool { return succeeded(syscall.Rmdir(name)) }

// Rename renames a file and reports whether it succeeded.
func Rename(from, to string) bool { return succeeded(syscall.Rename(from, to)) }

// Chdir changes the working directory and reports whether it succeeded.
func Chdir(name string) bool { return succeeded(syscall.Chdir(name)) }

// Link creates a hard link and reports whether it succeeded.
func Link(from, to string) bool { return succeeded(syscall.Link(from, to)) }

// Symlink creates a symbolic link and reports whether it succeeded.
func Symlink(from, to string) bool { return succeeded(syscall.Symlink(from, to)) }

// Readlink returns the target of a symbolic link, or nil on an error.
func Readlink(name string) any {
	s, err := os.Readlink(name)
	if !succeeded(err) {
		return nil
	}
	return s
}

// Chmod changes the modes of files and returns the number of those that were
// changed.
func Chmod(mode int, names ...any) int {
	n := 0
	for _, name := range names {
		if succeeded(syscall.Chmod(Str(name), uint32(mode))) {
			n++
		}
	}
	return n
}

// Utime sets the access and modification times of files and returns the number
// of those changed.
func Utime(access, modified any, names ...any) int {
	n := 0
	at := func(v any) time.Time {
		if v == nil {
			return time.Now()
		}
		return time.Unix(0, int64(Num(v)*1e9))
	}
	for _, name := range names {
		if succeeded(os.Chtimes(Str(name), at(access), at(modified))) {
			n++
		}
	}
	return n
}

// Glob returns the sorted paths that match each of the patterns, which are
// separated by white space. A pattern without wildcards which matches nothing
// is returned as it is.
func Glob(patterns string) []any {
	var out []any
	for p := range strings.FieldsSeq(patterns) {
		paths, err := filepath.Glob(p)
		if err != nil || len(paths) == 0 && !strings.ContainsAny(p, "*?[") {
			out = append(out, p)
			continue
		}
		sort.Strings(paths)
		for _, s := range paths {
			out = append(out, s)
		}
	}
	return out
}

// LastFile stands for the file on which a file test or stat was last called.
// Perl: _, as in -f _.
var LastFile any = &File{}

var lastTested struct {
	name any
	st   unix.Stat_t
	err  error
}

// Test returns the result of a file test such as -e, -f or -d, whose letter is
// op, for a name or a handle. It is nil if there is no such file.
func Test(op string, v any) any {
	if op == "t" {
		f := F(v)
		if f == nil {
			f = Stdin
		}
		_, err := unix.IoctlGetTermios(f.Fd(), unix.TCGETS)
		return err == nil
	}
	var st unix.Stat_t
	var err error
	again := v == LastFile
	if again {
		v, st, err = lastTested.name, lastTested.st, lastTested.err
	} else {
		defer func() { lastTested.name, lastTested.st, lastTested.err = v, st, err }()
	}
	switch f := F(v); {
	case again:
	case f != nil:
		err = unix.Fstat(f.Fd(), &st)
	case op == "l":
		err = unix.Lstat(Str(v), &st)
	default:
		err = unix.Stat(Str(v), &st)
	}
	if !succeeded(err) {
		return nil
	}
	kind := st.Mode & unix.S_IFMT
	age := func(t unix.Timespec) any {
		return (float64(startTime.UnixNano()) - float64(t.Nano())) / 1e9 / 86400
	}
	switch op {
	case "e":
		return true
	case "f":
		return kind == unix.S_IFREG
	case "d":
		return kind == unix.S_IFDIR
	case "l":
		return kind == unix.S_IFLNK
	case "p":
		return kind == unix.S_IFIFO
	case "S":
		return kind == unix.S_IFSOCK
	case "b":
		return kind == unix.S_IFBLK
	case "c":
		return kind == unix.S_IFCHR
	case "s":
		if st.Size == 0 {
			return false
		}
		return int(st.Size)
	case "z":
		return st.Size == 0
	case "r", "R":
		return unix.Access(Str(v), unix.R_OK) == nil
	case "w", "W":
		return unix.Access(Str(v), unix.W_OK) == nil
	case "x", "X":
		return unix.Access(Str(v), unix.X_OK) == nil
	case "o", "O":
		return int(st.Uid) == os.Getuid()
	case "M":
		return age(st.Mtim)
	case "A":
		return age(st.Atim)
	case "C":
		return age(st.Ctim)
	}
	Die("The file test -%s is not translated", op)
	return nil
}

// Stat returns the 13 fields of stat for a name or a handle, or nothing on an
// error.
func Stat(v any) []any {
	var st unix.Stat_t
	var err error
	if v == LastFile {
		return statFields(&lastTested.st, lastTested.err)
	}
	if f := F(v); f != nil {
		err = unix.Fstat(f.Fd(), &st)
	} else {
		err = unix.Stat(Str(v), &st)
	}
	lastTested.name, lastTested.st, lastTested.err = v, st, err
	return statFields(&st, err)
}

// Lstat is like Stat but does not follow a symbolic link.
func Lstat(v any) []any {
	var st unix.Stat_t
	return statFields(&st, unix.Lstat(Str(v), &st))
}

func statFields(st *unix.Stat_t, err error) []any {
	if !succeeded(err) {
		return nil
	}
	return []any{int(st.Dev), int(st.Ino), int(st.Mode), int(st.Nlink), int(st.Uid), int(st.Gid), int(st.Rdev), int(st.Size),
		int(st.Atim.Sec), int(st.Mtim.Sec), int(st.Ctim.Sec), int(st.Blksize), int(st.Blocks)}
}
