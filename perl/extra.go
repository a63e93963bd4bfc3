//go:build linux

package perl

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Topic is $_ unless a loop, map or grep of the same sub has set it. SortA and
// SortB are $a and $b of SortBySub. FormatName is $~.
var (
	Topic        any
	SortA, SortB any
	FormatName   any = "STDOUT"
	topicPos     Pos
)

// TopicPos returns the position of $_.
func TopicPos() *Pos { return &topicPos }

type posKey struct {
	h   *Hash
	key string
}

var positions = map[posKey]*Pos{}

// PosOf returns the position of the value of a hash's key.
func PosOf(h *Hash, key string) *Pos {
	p := positions[posKey{h, key}]
	if p == nil {
		p = &Pos{}
		positions[posKey{h, key}] = p
	}
	return p
}

var refPositions = map[*any]*Pos{}

// PosOfRef returns the position of the scalar to which v refers.
func PosOfRef(v any) *Pos {
	r := S(v)
	p := refPositions[r.cell]
	if p == nil {
		p = &Pos{}
		refPositions[r.cell] = p
	}
	return p
}

// Shift removes and returns the first element of *args, nil if it is empty.
func Shift(args *[]any) any {
	if len(*args) == 0 {
		return nil
	}
	v := (*args)[0]
	*args = (*args)[1:]
	return v
}

// Pop removes and returns the last element of *args, nil if it is empty.
func Pop(args *[]any) any {
	n := len(*args)
	if n == 0 {
		return nil
	}
	v := (*args)[n-1]
	*args = (*args)[:n-1]
	return v
}

// PushArgs appends values to *args and returns the new length.
func PushArgs(args *[]any, values ...any) int {
	*args = Cat(*args, values)
	return len(*args)
}

// UnshiftArgs inserts values at the beginning of *args and returns the new
// length.
func UnshiftArgs(args *[]any, values ...any) int {
	*args = Cat(values, *args)
	return len(*args)
}

// SpliceArgs removes and inserts elements of *args and returns those removed.
// Perl: splice.
func SpliceArgs(args *[]any, offset, length int, values ...any) []any {
	a := &Array{items: Cat(*args)}
	out := a.Splice(offset, length, values...)
	*args = a.items
	return out
}

// SetArg sets element i of *args and returns v. If there is such an element, it
// is set in place, so the caller's list changes too; else *args becomes a
// longer copy.
func SetArg(args *[]any, i int, v any) any {
	if i >= 0 && i < len(*args) {
		(*args)[i] = v
		return v
	}
	a := &Array{items: Cat(*args)}
	a.Set(i, v)
	*args = a.items
	return v
}

// LateCode returns a reference to a sub that may be defined later. Calls die as
// long as it is not.
func LateCode(name string) *Code {
	return NewCode(name, func(w Want, args ...any) []any { return CodeOf(name).Fn(w, args...) })
}

// Replaced returns the first result of Captures.Replace or Translate: the
// string.
func Replaced(s string, _ int) string { return s }

// Count returns the second result of Captures.Replace or Translate: the number.
func Count(_ string, n int) int { return n }

// TranslateAt is Translate on a variable; it returns the number of bytes
// matched.
func TranslateAt(p *any, from, to, flags string) int {
	s, n := Translate(Str(*p), from, to, flags)
	if s != Str(*p) {
		*p = s
	}
	return n
}

// SubstrAt replaces a part of a variable and returns the old part. It dies if
// offset is outside of the string.
func SubstrAt(p *any, offset, length int, with string) string {
	s, old := ReplaceSubstr(Str(*p), offset, length, with)
	*p = s
	return old
}

// SetVecAt is SetVec on a variable; it returns v.
func SetVecAt(p *any, i, bits int, v any) any {
	*p = SetVec(Str(*p), i, bits, Int(v))
	return v
}

// SortBySub returns a new list sorted by a sub which compares $a and $b.
func SortBySub(list []any, f Sub) []any {
	a, b := SortA, SortB
	defer func() { SortA, SortB = a, b }()
	return SortBy(list, func(x, y any) int {
		SortA, SortB = x, y
		return Int(First(f(Scalar)))
	})
}

// SortByArgs is like SortBySub for a sub which gets the two values as
// arguments: one with the prototype ($$).
func SortByArgs(list []any, f Sub) []any {
	return SortBy(list, func(x, y any) int { return Int(First(f(Scalar, x, y))) })
}

// Input returns the handle from which <> reads: the next file of @ARGV which
// can be opened, else standard input.
func Input() any {
	if argv != nil && !Eof(argv) {
		return argv
	}
	for Args.Len() > 0 {
		var f any
		if Open(&f, "<", Args.Shift()) {
			argv = F(f)
			return argv
		}
	}
	if argv == nil {
		argv = Stdin
	}
	return argv
}

var argv *File

// LocalSignal sets a signal handler and returns a function that restores the
// old one. Perl: local $SIG{name} = v.
func LocalSignal(name string, v any) func() {
	old := Signals.Get(name)
	SetSignal(name, v)
	return func() { SetSignal(name, old) }
}

// LocalEnv sets an environment variable and returns a function that restores
// it. Perl: local $ENV{name} = v.
func LocalEnv(name string, v any) func() {
	old, had := Env.Get(name), Env.Exists(name)
	SetEnv(name, v)
	return func() {
		if !had {
			DeleteEnv(name)
			return
		}
		SetEnv(name, old)
	}
}

// DeleteEnv removes a variable from the environment and returns its value.
func DeleteEnv(name string) any {
	_ = os.Unsetenv(name)
	return Env.Delete(name)
}

// LocalErrno sets $! and returns a function that restores it. Perl: local $! =
// v.
func LocalErrno(v any) func() {
	old := Errno
	SetOSError(v)
	return func() { Errno = old }
}

// StartTime returns the time at which the program was started, in seconds since
// 1970. Perl: $^T.
func StartTime() int { return int(startTime.Unix()) }

// Autoflush returns $|: 1 if the selected handle is not buffered, else 0.
func Autoflush() int { return If(Selected.buffer, 0, 1) }

// Version returns the version of a package, or nil if it is unknown.
func Version(name string) any {
	if v := classOf(name).vers; v != nil {
		return v
	}
	switch name {
	case "POE", "POE::Kernel", "POE::Session":
		return "1.370"
	}
	return nil
}

// Length returns the number of bytes of v, or nil for undef.
func Length(v any) any {
	if v == nil {
		return nil
	}
	return len(Str(v))
}

// ChompAt is Chomp on a variable that holds any scalar. It does nothing if that
// is undef.
func ChompAt(p *any) int {
	if *p == nil {
		return 0
	}
	s := Str(*p)
	n := Chomp(&s)
	if n > 0 {
		*p = s
	}
	return n
}

// ChopAt removes the last byte of a variable and returns it.
func ChopAt(p *any) string {
	s := Str(*p)
	*p = Chopped(s)
	return s[max(0, len(s)-1):]
}

// ChompAtAll applies ChompAt to all elements and returns the number of bytes
// removed.
func ChompAtAll(a *Array) int {
	n := 0
	for i := range a.items {
		n += ChompAt(&a.items[i])
	}
	return n
}

// ChopAtAll applies ChopAt to all elements and returns the last byte removed.
func ChopAtAll(a *Array) string {
	last := ""
	for i := range a.items {
		last = ChopAt(&a.items[i])
	}
	return last
}

// Caller returns package, file, line and sub of the call at a level of the
// stack, or nothing if the stack is not that deep.
func Caller(level int) []any {
	frames := callFrames()
	if level < 0 || level+1 >= len(frames) {
		return nil
	}
	pkg, _ := splitName(frames[level+1].sub)
	return L(pkg, frames[level+1].file, frames[level+1].line, frames[level].sub)
}

// SelectHandle makes fh, if it is given, the selected handle and returns the
// previous one. Perl: select with at most one argument.
func SelectHandle(fh ...any) any {
	old := Selected
	if len(fh) > 0 {
		if f := F(fh[0]); f != nil {
			Selected = f
		}
	}
	return old
}

// InvokeAny is like Invoke for a method given by name or by code reference.
func InvokeAny(w Want, obj, method any, args ...any) []any {
	if c, ok := method.(*Code); ok {
		return c.Fn(w, append([]any{obj}, args...)...)
	}
	return Invoke(w, obj, Str(method), args...)
}

// Croak dies with the line of the caller in another package; file, pkg and line
// are the place of the call of croak. A single reference is thrown unchanged.
// Perl: croak of Carp.
func Croak(file, pkg string, line int, args ...any) any {
	if len(args) == 1 && RefType(args[0]) != "" {
		Throw(args[0])
	}
	Throw(carped(file, pkg, line, args))
	return nil
}

// Carp warns with the line of the caller. Perl: carp of Carp.
func Carp(file, pkg string, line int, args ...any) any {
	Warn(carped(file, pkg, line, args))
	return true
}

func carped(file, pkg string, line int, args []any) string {
	for _, f := range callFrames() {
		if p, _ := splitName(f.sub); p != pkg {
			file, line = f.file, f.line
			break
		}
	}
	return Join("", args...) + fmt.Sprintf(" at %s line %d.\n", file, line)
}

// UseOverload enables overloaded operators for the whole program.
func UseOverload() { overloads = true }

// Refaddr returns the address of a reference, or nil if v is not a reference.
// Perl: refaddr of Scalar::Util.
func Refaddr(v any) any {
	if RefType(v) == "" {
		return nil
	}
	if r, ok := v.(*Ref); ok && r.cell != nil {
		return int(Address(r.cell))
	}
	return int(Address(v))
}

// Weaken has no effect, because Go's garbage collector frees cycles.
func Weaken(any) any { return nil }

// Dualvar returns a value with separate numeric and string values. Perl:
// dualvar of Scalar::Util.
func Dualvar(n any, s string) any { return Dual{Int(n), s} }

// Isatty reports whether a handle refers to a terminal.
func Isatty(fh any) bool { return True(Test("t", fh)) }

// Setsid starts a new process session and returns its ID, -1 on an error. Perl:
// setsid of POSIX.
func Setsid() int {
	n, err := syscall.Setsid()
	if !succeeded(err) {
		return -1
	}
	return n
}

// Dup2 makes the descriptor to a duplicate of the descriptor from and returns
// it, or nil on an error. Perl: dup2 of POSIX.
func Dup2(from, to any) any {
	if !succeeded(unix.Dup2(Int(from), Int(to))) {
		return nil
	}
	return If[any](Int(to) == 0, "0 but true", Int(to))
}

// ExitNow ends the process without running END blocks. It does not return.
func ExitNow(status int) any {
	os.Exit(status)
	return nil
}

// Strerror returns the system's message for an error number. Perl: strerror of
// POSIX.
func Strerror(v any) string { return ErrnoText(syscall.Errno(Int(v))) }

// WIFEXITED reports whether a wait status is that of a process which has
// exited. Perl: POSIX.
func WIFEXITED(v any) bool { return Int(v)&0x7f == 0 }

// WEXITSTATUS returns the exit status in a wait status. Perl: POSIX.
func WEXITSTATUS(v any) int { return Int(v) >> 8 & 0xff }

// WIFSIGNALED reports whether a wait status is that of a process which a signal
// has ended. Perl: POSIX.
func WIFSIGNALED(v any) bool { return Int(v)&0x7f != 0 && Int(v)&0x7f != 0x7f }

// WTERMSIG returns the number of the signal in a wait status. Perl: POSIX.
func WTERMSIG(v any) int { return Int(v) & 0x7f }

// Setlocale does nothing and returns "C", the only locale.
func Setlocale(...any) any { return "C" }

// Ctime returns the text of a time, with a newline at its end. Perl: ctime of
// POSIX.
func Ctime(v any) string { return LocaltimeText(v) + "\n" }

// Strtol parses an integer in a base, 10 by default. Perl: strtol of POSIX in
// scalar context.
func Strtol(s string, base ...any) any {
	b := 10
	if len(base) > 0 {
		b = Int(base[0])
	}
	return strtol(s, b)[0]
}

// StrtolList returns the number and how many bytes were not parsed. Perl:
// strtol of POSIX in list context.
func StrtolList(s string, base ...any) []any {
	b := 10
	if len(base) > 0 {
		b = Int(base[0])
	}
	return strtol(s, b)
}

func strtol(s string, base int) []any {
	t := strings.TrimLeft(s, " \t\n")
	sign := 1
	if t != "" && (t[0] == '-' || t[0] == '+') {
		if t[0] == '-' {
			sign = -1
		}
		t = t[1:]
	}
	lower := strings.ToLower(t)
	if (base == 16 || base == 0) && strings.HasPrefix(lower, "0x") {
		t, base = t[2:], 16
	} else if base == 0 && strings.HasPrefix(t, "0") {
		base = 8
	} else if base == 0 {
		base = 10
	}
	n := 0
	for t != "" {
		d := strings.IndexByte("0123456789abcdefghijklmnopqrstuvwxyz", t[0]|0x20)
		if t[0] >= '0' && t[0] <= '9' {
			d = int(t[0] - '0')
		}
		if d < 0 || d >= base {
			break
		}
		n = n*base + d
		t = t[1:]
	}
	return []any{sign * n, len(t)}
}

// Uname returns the five fields of uname.
func Uname() []any {
	var u unix.Utsname
	_ = unix.Uname(&u)
	text := func(b []byte) any { return strings.TrimRight(string(b), "\x00") }
	return L(text(u.Sysname[:]), text(u.Nodename[:]), text(u.Release[:]), text(u.Version[:]), text(u.Machine[:]))
}

// Ttyname returns nil: the name of the terminal is not available.
func Ttyname(any) any { return nil }

// Getlogin returns the environment variable USER, empty if it is not set.
func Getlogin() any { return os.Getenv("USER") }

// SockaddrIn packs a port and an address if it has two arguments, and unpacks a
// single one. Perl: sockaddr_in.
func SockaddrIn(args ...any) []any {
	if len(args) == 1 {
		return UnpackSockaddrIn(Str(args[0]))
	}
	return L(PackSockaddrIn(At(args, 0), Str(At(args, 1))))
}

// Usleep sleeps for v microseconds and returns v.
func Usleep(v any) any {
	pause(time.Duration(Num(v) * 1e3))
	return v
}

// Nanosleep sleeps for v nanoseconds and returns v.
func Nanosleep(v any) any {
	pause(time.Duration(Num(v)))
	return v
}

// Gettimeofday returns the seconds since 1970 and the microseconds.
func Gettimeofday() []any {
	now := time.Now()
	return L(int(now.Unix()), now.Nanosecond()/1000)
}

// TvInterval returns the seconds between two times of Gettimeofday. Perl:
// tv_interval of Time::HiRes.
func TvInterval(args ...any) any {
	from := A(args[0])
	to := NewArray(Gettimeofday()...)
	if len(args) > 1 && args[1] != nil {
		to = A(args[1])
	}
	return Num(to.Get(0)) - Num(from.Get(0)) + (Num(to.Get(1))-Num(from.Get(1)))/1e6
}

// ClockGettime returns the time of a clock in seconds. Perl: clock_gettime of
// Time::HiRes.
func ClockGettime(clock ...any) float64 {
	var t unix.Timespec
	id := 0
	if len(clock) > 0 {
		id = Int(clock[0])
	}
	_ = unix.ClockGettime(int32(id), &t)
	return float64(t.Nano()) / 1e9
}

// Fileparse returns the base name, the directory and the suffix of a path.
// Perl: fileparse of File::Basename.
func Fileparse(path string, suffixes ...any) []any {
	i := strings.LastIndexByte(path, '/') + 1
	dir, base := path[:i], path[i:]
	if dir == "" {
		dir = "./"
	}
	for _, s := range suffixes {
		re := RE("(?:"+Str(s)+`)\z`, "s")
		if r, ok := s.(*Regexp); ok {
			re = RE("(?:"+r.PerlString()+`)\z`, "")
		}
		if loc := re.find(base, 0); loc != nil {
			return L(base[:loc[0]], dir, base[loc[0]:])
		}
	}
	return L(base, dir, "")
}

// AbsPath returns the absolute path of a file, without symbolic links, or nil
// on an error. Without an argument it is that of the working directory.
func AbsPath(path ...any) any {
	p := "."
	if len(path) > 0 {
		p = Str(path[0])
	}
	abs, err := filepath.Abs(p)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	if !succeeded(err) {
		return nil
	}
	return abs
}

// Tempdir creates a directory, which is removed when the program ends, and
// returns its path. It dies on an error. Perl: tempdir of File::Temp.
func Tempdir(...any) string {
	dir, err := os.MkdirTemp("", "perl")
	if err != nil {
		Die("Error in tempdir(): %v", err)
	}
	AtEnd(func() { _ = os.RemoveAll(dir) })
	return dir
}

// Tempfile creates a file and returns its handle and its name. The file is not
// removed. It dies on an error. Perl: tempfile of File::Temp.
func Tempfile(args ...any) []any {
	f, err := os.CreateTemp("", "perl")
	if err != nil {
		Die("Error in tempfile(): %v", err)
	}
	defer f.Close()
	fd, err := unix.Dup(int(f.Fd()))
	if err != nil {
		Die("Error in tempfile(): %v", err)
	}
	return L(NewFile(fd, f.Name()), f.Name())
}

// Mkpath creates directories with their parents and returns the number of paths
// created. Perl: mkpath of File::Path.
func Mkpath(paths ...any) int {
	n := 0
	for _, p := range paths {
		if _, ok := p.(*Hash); ok {
			continue
		}
		if _, err := os.Stat(Str(p)); err != nil && succeeded(os.MkdirAll(Str(p), 0o777)) {
			n++
		}
	}
	return n
}

// Rmtree removes files and directories with their contents and returns the
// number of paths removed. Perl: rmtree of File::Path.
func Rmtree(paths ...any) int {
	n := 0
	for _, p := range paths {
		if _, ok := p.(*Hash); !ok && succeeded(os.RemoveAll(Str(p))) {
			n++
		}
	}
	return n
}

// CopyFile copies a file and reports whether it succeeded. Perl: copy of
// File::Copy.
func CopyFile(from, to string) bool {
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o666)
	}
	return succeeded(err)
}

// MoveFile renames a file and reports whether it succeeded. Unlike move of
// File::Copy it cannot move a file to another file system.
func MoveFile(from, to string) bool { return succeeded(os.Rename(from, to)) }

// MD5Hex returns the MD5 digest of the joined arguments in hexadecimal.
func MD5Hex(args ...any) string {
	sum := md5.Sum([]byte(Join("", args...)))
	return hex.EncodeToString(sum[:])
}

// MD5 returns the MD5 digest of the joined arguments as 16 bytes.
func MD5(args ...any) string {
	sum := md5.Sum([]byte(Join("", args...)))
	return string(sum[:])
}

// SHA1Hex returns the SHA-1 digest of the joined arguments in hexadecimal.
func SHA1Hex(args ...any) string {
	sum := sha1.Sum([]byte(Join("", args...)))
	return hex.EncodeToString(sum[:])
}

// SHA256Hex returns the SHA-256 digest of the joined arguments in hexadecimal.
func SHA256Hex(args ...any) string {
	sum := sha256.Sum256([]byte(Join("", args...)))
	return hex.EncodeToString(sum[:])
}

// EncodeBase64 encodes s in lines of 76 characters, each followed by eol, by
// default a newline.
func EncodeBase64(s string, eol ...any) string {
	end := "\n"
	if len(eol) > 0 {
		end = Str(eol[0])
	}
	text := base64.StdEncoding.EncodeToString([]byte(s))
	var b strings.Builder
	for len(text) > 0 {
		n := min(76, len(text))
		b.WriteString(text[:n] + end)
		text = text[n:]
	}
	return b.String()
}

// DecodeBase64 decodes s and ignores characters that are not in the alphabet.
func DecodeBase64(s string) string {
	clean := strings.Map(func(r rune) rune {
		if r < 128 && (r == '+' || r == '/' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return r
		}
		return -1
	}, s)
	out, _ := base64.RawStdEncoding.DecodeString(clean)
	return string(out)
}

// Gensym returns a new handle which is not open.
func Gensym() any { return &File{fd: -1, closed: true} }

// Encode returns s unchanged, because strings hold UTF-8 already.
func Encode(_ any, s string) string { return s }

// Decode returns s unchanged. See Encode.
func Decode(_ any, s string) string { return s }

// Identity returns v.
func Identity(v any) any { return v }

// URIEscape percent-encodes s. Perl: uri_escape of URI::Escape.
func URIEscape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if nameChar(c) || strings.IndexByte("-.~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func nameChar(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// URIUnescape decodes the %XX sequences of s. Perl: uri_unescape of
// URI::Escape.
func URIUnescape(s string) string {
	if out, err := url.PathUnescape(s); err == nil {
		return out
	}
	return s
}

// Dclone returns a deep copy of v, which keeps classes and cycles. Perl: dclone
// of Storable.
func Dclone(v any) any { return cloner{}.value(v) }

type cloner map[any]any

func (c cloner) value(v any) any {
	if made, ok := c[identity(v)]; ok {
		return made
	}
	switch v := v.(type) {
	case *Hash:
		h := NewHash()
		h.class = v.class
		c[v] = h
		for _, s := range v.slots {
			if s.live {
				h.Set(s.key, c.value(s.value))
			}
		}
		return h
	case *Array:
		a := NewArray()
		a.class = v.class
		c[v] = a
		for _, x := range v.items {
			a.Push(c.value(x))
		}
		return a
	case *Ref:
		var cell any
		r := RefTo(&cell)
		r.class = v.class
		c[identity(v)] = r
		cell = c.value(v.Get())
		return r
	}
	return v
}

// CellOf returns the variable to which r refers, or nil if it does not refer to
// a variable.
func (r *Ref) CellOf() *any { return r.cell }

// Alarm arranges for the process to get the signal ALRM after v seconds, which
// calls $SIG{ALRM}. It replaces the previous alarm and returns the seconds that
// were left of that, rounded up. If v is 0, it only cancels. Perl: alarm.
func Alarm(v any) int {
	left := 0
	if alarmTimer != nil && alarmTimer.Stop() {
		left = int(math.Ceil(time.Until(alarmEnd).Seconds()))
	}
	if s := Num(v); s > 0 {
		alarmEnd = time.Now().Add(Seconds(v))
		alarmTimer = time.AfterFunc(Seconds(v), func() { _ = syscall.Kill(os.Getpid(), syscall.SIGALRM) })
	}
	return left
}

var (
	alarmTimer *time.Timer
	alarmEnd   time.Time
)

// IsErrno reports whether $! is the error called name. Perl: $!{NAME}.
func IsErrno(name string) bool { return Errno != 0 && Int(Constants[name]) == int(Errno) }

// tempDir is an object of File::Temp.
type tempDir struct{ path string }

// PerlString returns the path.
func (d *tempDir) PerlString() string { return d.path }

// PerlClass returns the class in Perl.
func (d *tempDir) PerlClass() string { return "File::Temp::Dir" }

// PerlCall calls a method by name.
func (d *tempDir) PerlCall(method string, _ Want, _ []any) ([]any, bool) {
	switch method {
	case "dirname", "filename":
		return L(d.path), true
	}
	return nil, false
}

func init() {
	Package("File::Temp", Subs{
		"newdir": func(Want, ...any) []any { return L(&tempDir{Tempdir()}) },
		"new": func(Want, ...any) []any {
			pair := Tempfile()
			f := pair[0].(*File)
			f.class = "File::Temp"
			return L(f)
		},
	})
	Inherit("File::Temp", "IO::Handle")
	Package("File::Spec", Subs{
		"catfile": func(_ Want, args ...any) []any { return L(Catfile(From(args, 1)...)) },
		"catdir":  func(_ Want, args ...any) []any { return L(Catfile(From(args, 1)...)) },
		"tmpdir":  func(Want, ...any) []any { return L(os.TempDir()) },
		"rel2abs": func(_ Want, args ...any) []any {
			p := Str(At(args, 1))
			if len(args) > 2 && !filepath.IsAbs(p) {
				p = filepath.Join(Str(args[2]), p)
			}
			p, _ = filepath.Abs(p)
			return L(p)
		},
		"devnull": func(Want, ...any) []any { return L("/dev/null") },
	})
}

// Restore stores the elements of a list in an array one by one, after a call of
// a sub which modified its arguments.
func Restore(a *Array, list []any) {
	for i, v := range list {
		if i < a.Len() {
			a.Set(i, v)
		}
	}
}

// MapInPlace is like Map for a function that modifies the elements.
func MapInPlace(list []any, f func(item *any) []any) []any {
	topic := Topic
	defer func() { Topic = topic }()
	var out []any
	for i := range list {
		out = append(out, f(&list[i])...)
	}
	return out
}

// GrepInPlace is like Grep for a function that modifies the elements.
func GrepInPlace(list []any, f func(item *any) bool) []any {
	topic := Topic
	defer func() { Topic = topic }()
	var out []any
	for i := range list {
		if f(&list[i]) {
			out = append(out, list[i])
		}
	}
	return out
}
