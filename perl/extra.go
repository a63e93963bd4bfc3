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
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Topic is $_ where no loop, map or grep of the same sub has set it. SortA and SortB
// are $a and $b for subs that sort by.
var (
	Topic        any
	SortA, SortB any
	FormatName   any = "STDOUT"
	topicPos     Pos
)

// TopicPos returns the position of //g of $_.
func TopicPos() *Pos { return &topicPos }

type posKey struct {
	h   *Hash
	key string
}

var positions = map[posKey]*Pos{}

// PosOf returns the position of //g of an element of a hash.
func PosOf(h *Hash, key string) *Pos {
	p := positions[posKey{h, key}]
	if p == nil {
		p = &Pos{}
		positions[posKey{h, key}] = p
	}
	return p
}

var refPositions = map[*any]*Pos{}

// PosOfRef returns the position of //g of the scalar to which v refers.
func PosOfRef(v any) *Pos {
	r := S(v)
	p := refPositions[r.cell]
	if p == nil {
		p = &Pos{}
		refPositions[r.cell] = p
	}
	return p
}

// Shift removes and returns the first of *args.
func Shift(args *[]any) any {
	if len(*args) == 0 {
		return nil
	}
	v := (*args)[0]
	*args = (*args)[1:]
	return v
}

// Pop removes and returns the last of *args.
func Pop(args *[]any) any {
	n := len(*args)
	if n == 0 {
		return nil
	}
	v := (*args)[n-1]
	*args = (*args)[:n-1]
	return v
}

// PushArgs appends to *args, UnshiftArgs puts in front.
func PushArgs(args *[]any, values ...any) int {
	*args = Cat(*args, values)
	return len(*args)
}

// UnshiftArgs puts values in front of *args.
func UnshiftArgs(args *[]any, values ...any) int {
	*args = Cat(values, *args)
	return len(*args)
}

// SpliceArgs is splice on *args.
func SpliceArgs(args *[]any, offset, length int, values ...any) []any {
	a := &Array{items: Cat(*args)}
	out := a.Splice(offset, length, values...)
	*args = a.items
	return out
}

// SetArg sets an element of *args, in the list of the caller if it has one.
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

// LateCode returns a reference to a sub that may be defined later.
func LateCode(name string) *Code {
	return NewCode(name, func(w Want, args ...any) []any { return CodeOf(name).Fn(w, args...) })
}

// Replaced returns the string of a replacement, Count the number.
func Replaced(s string, _ int) string { return s }

// Count returns the number of a replacement.
func Count(_ string, n int) int { return n }

// TranslateAt is tr on a variable; it returns how many bytes were found.
func TranslateAt(p *any, from, to, flags string) int {
	s, n := Translate(Str(*p), from, to, flags)
	if s != Str(*p) {
		*p = s
	}
	return n
}

// SubstrAt replaces a part of a variable and returns what it was.
func SubstrAt(p *any, offset, length int, with string) string {
	s, old := ReplaceSubstr(Str(*p), offset, length, with)
	*p = s
	return old
}

// SetVecAt sets an element of a string of bits in a variable.
func SetVecAt(p *any, i, bits int, v any) any {
	*p = SetVec(Str(*p), i, bits, Int(v))
	return v
}

// SortBySub sorts with a sub that compares $a and $b.
func SortBySub(list []any, f Sub) []any {
	a, b := SortA, SortB
	defer func() { SortA, SortB = a, b }()
	return SortBy(list, func(x, y any) int {
		SortA, SortB = x, y
		return Int(First(f(Scalar)))
	})
}

// SortByArgs is SortBySub with a sub which takes the two values as its arguments: one
// with the prototype ($$).
func SortByArgs(list []any, f Sub) []any {
	return SortBy(list, func(x, y any) int { return Int(First(f(Scalar, x, y))) })
}

// Input is what <> reads: the files of @ARGV, else standard input.
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

// LocalSignal is local $SIG{name} = v.
func LocalSignal(name string, v any) func() {
	old := Signals.Get(name)
	SetSignal(name, v)
	return func() { SetSignal(name, old) }
}

// LocalEnv is local $ENV{name} = v.
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

// DeleteEnv removes a variable of the environment and returns its value.
func DeleteEnv(name string) any {
	_ = os.Unsetenv(name)
	return Env.Delete(name)
}

// LocalErrno is local $! = v.
func LocalErrno(v any) func() {
	old := Errno
	SetOSError(v)
	return func() { Errno = old }
}

// StartTime is $^T, Autoflush $| as a number.
func StartTime() int { return int(startTime.Unix()) }

// Autoflush returns 1 if the selected handle is not buffered.
func Autoflush() int { return If(Selected.buffer, 0, 1) }

// Version returns the version of a package, as far as it is known.
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

// Length returns the number of bytes of v, nil for undef.
func Length(v any) any {
	if v == nil {
		return nil
	}
	return len(Str(v))
}

// ChompAt removes a newline from the end of a variable; what $/ is does not matter.
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

// ChopAt removes the last byte of a variable, and returns it.
func ChopAt(p *any) string {
	s := Str(*p)
	*p = Chopped(s)
	return s[max(0, len(s)-1):]
}

// ChompAtAll is ChompAt on all elements.
func ChompAtAll(a *Array) int {
	n := 0
	for i := range a.items {
		n += ChompAt(&a.items[i])
	}
	return n
}

// ChopAtAll is ChopAt on all elements; it returns what the last one has lost.
func ChopAtAll(a *Array) string {
	last := ""
	for i := range a.items {
		last = ChopAt(&a.items[i])
	}
	return last
}

// Caller returns package, file, line and sub of a level of calls, nothing if there
// are not so many.
func Caller(level int) []any {
	frames := callFrames()
	if level < 0 || level+1 >= len(frames) {
		return nil
	}
	pkg, _ := splitName(frames[level+1].sub)
	return L(pkg, frames[level+1].file, frames[level+1].line, frames[level].sub)
}

// SelectHandle is select with at most one argument: it returns the handle from
// before.
func SelectHandle(fh ...any) any {
	old := Selected
	if len(fh) > 0 {
		if f := F(fh[0]); f != nil {
			Selected = f
		}
	}
	return old
}

// InvokeAny calls a method by name or by reference.
func InvokeAny(w Want, obj, method any, args ...any) []any {
	if c, ok := method.(*Code); ok {
		return c.Fn(w, append([]any{obj}, args...)...)
	}
	return Invoke(w, obj, Str(method), args...)
}

// Croak is croak of Carp, in a package and a line of the program: the message has the
// line of the caller in another package.
func Croak(file, pkg string, line int, args ...any) any {
	if len(args) == 1 && RefType(args[0]) != "" {
		Throw(args[0])
	}
	Throw(carped(file, pkg, line, args))
	return nil
}

// Carp is carp of Carp: a warning with the line of the caller.
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

// UseOverload switches overloaded operators on.
func UseOverload() { overloads = true }

// Refaddr is that of Scalar::Util.
func Refaddr(v any) any {
	if RefType(v) == "" {
		return nil
	}
	if r, ok := v.(*Ref); ok && r.cell != nil {
		return int(Address(r.cell))
	}
	return int(Address(v))
}

// Weaken does nothing: Go collects cycles.
func Weaken(any) any { return nil }

// Dualvar returns a value with a number and a string.
func Dualvar(n any, s string) any { return Dual{Int(n), s} }

// Isatty reports whether a handle is a terminal.
func Isatty(fh any) bool { return True(Test("t", fh)) }

// Setsid makes a session of the system.
func Setsid() int {
	n, err := syscall.Setsid()
	if !succeeded(err) {
		return -1
	}
	return n
}

// Dup2 duplicates a descriptor.
func Dup2(from, to any) any {
	if !succeeded(unix.Dup2(Int(from), Int(to))) {
		return nil
	}
	return If[any](Int(to) == 0, "0 but true", Int(to))
}

// ExitNow ends the process without END blocks.
func ExitNow(status int) any {
	os.Exit(status)
	return nil
}

// Strerror returns the text of an error's number.
func Strerror(v any) string { return ErrnoText(syscall.Errno(Int(v))) }

// WIFEXITED and the like look at a status of waitpid.
func WIFEXITED(v any) bool { return Int(v)&0x7f == 0 }

// WEXITSTATUS returns the exit status.
func WEXITSTATUS(v any) int { return Int(v) >> 8 & 0xff }

// WIFSIGNALED reports whether a signal ended the process.
func WIFSIGNALED(v any) bool { return Int(v)&0x7f != 0 && Int(v)&0x7f != 0x7f }

// WTERMSIG returns the signal that ended the process.
func WTERMSIG(v any) int { return Int(v) & 0x7f }

// Setlocale returns "C": there are no locales.
func Setlocale(...any) any { return "C" }

// Ctime is that of POSIX.
func Ctime(v any) string { return LocaltimeText(v) + "\n" }

// Strtol returns a number by its base.
func Strtol(s string, base ...any) any {
	b := 10
	if len(base) > 0 {
		b = Int(base[0])
	}
	return strtol(s, b)[0]
}

// StrtolList is Strtol in list context: the number and how many bytes are left.
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

// Ttyname returns nil: it is not known.
func Ttyname(any) any { return nil }

// Getlogin returns the user's name.
func Getlogin() any { return os.Getenv("USER") }

// SockaddrIn is sockaddr_in: it packs two arguments and unpacks one.
func SockaddrIn(args ...any) []any {
	if len(args) == 1 {
		return UnpackSockaddrIn(Str(args[0]))
	}
	return L(PackSockaddrIn(At(args, 0), Str(At(args, 1))))
}

// Usleep sleeps microseconds.
func Usleep(v any) any {
	pause(time.Duration(Num(v) * 1e3))
	return v
}

// Nanosleep sleeps nanoseconds.
func Nanosleep(v any) any {
	pause(time.Duration(Num(v)))
	return v
}

// Gettimeofday returns seconds and microseconds.
func Gettimeofday() []any {
	now := time.Now()
	return L(int(now.Unix()), now.Nanosecond()/1000)
}

// TvInterval returns the seconds between two times of Gettimeofday.
func TvInterval(args ...any) any {
	from := A(args[0])
	to := NewArray(Gettimeofday()...)
	if len(args) > 1 && args[1] != nil {
		to = A(args[1])
	}
	return Num(to.Get(0)) - Num(from.Get(0)) + (Num(to.Get(1))-Num(from.Get(1)))/1e6
}

// ClockGettime returns the time of a clock in seconds.
func ClockGettime(clock ...any) float64 {
	var t unix.Timespec
	id := 0
	if len(clock) > 0 {
		id = Int(clock[0])
	}
	_ = unix.ClockGettime(int32(id), &t)
	return float64(t.Nano()) / 1e9
}

// Fileparse is that of File::Basename.
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

// AbsPath returns the absolute path without symbolic links, nil if there is none.
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

// Tempdir makes a directory, which is removed at the end.
func Tempdir(...any) string {
	dir, err := os.MkdirTemp("", "perl")
	if err != nil {
		Die("Error in tempdir(): %v", err)
	}
	AtEnd(func() { _ = os.RemoveAll(dir) })
	return dir
}

// Tempfile makes a file and returns its handle and its name.
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

// Mkpath makes directories with their parents.
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

// Rmtree removes directories with all they hold.
func Rmtree(paths ...any) int {
	n := 0
	for _, p := range paths {
		if _, ok := p.(*Hash); !ok && succeeded(os.RemoveAll(Str(p))) {
			n++
		}
	}
	return n
}

// CopyFile copies a file.
func CopyFile(from, to string) bool {
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o666)
	}
	return succeeded(err)
}

// MoveFile moves a file.
func MoveFile(from, to string) bool { return succeeded(os.Rename(from, to)) }

// MD5Hex, SHA1Hex, SHA256Hex return digests of the joined arguments.
func MD5Hex(args ...any) string {
	sum := md5.Sum([]byte(Join("", args...)))
	return hex.EncodeToString(sum[:])
}

// MD5 returns the digest as bytes.
func MD5(args ...any) string {
	sum := md5.Sum([]byte(Join("", args...)))
	return string(sum[:])
}

// SHA1Hex returns the digest in hexadecimal.
func SHA1Hex(args ...any) string {
	sum := sha1.Sum([]byte(Join("", args...)))
	return hex.EncodeToString(sum[:])
}

// SHA256Hex returns the digest in hexadecimal.
func SHA256Hex(args ...any) string {
	sum := sha256.Sum256([]byte(Join("", args...)))
	return hex.EncodeToString(sum[:])
}

// EncodeBase64 breaks lines after 76 characters, with eol, by default a newline.
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

// DecodeBase64 ignores what is not of the alphabet.
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

// Gensym returns a handle that is not open.
func Gensym() any { return &File{fd: -1, closed: true} }

// Encode and Decode keep bytes: strings hold UTF-8 already.
func Encode(_ any, s string) string { return s }

// Decode keeps bytes.
func Decode(_ any, s string) string { return s }

// Identity returns v.
func Identity(v any) any { return v }

// URIEscape is uri_escape, URIUnescape uri_unescape.
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

// URIUnescape decodes %XX.
func URIUnescape(s string) string {
	if out, err := url.PathUnescape(s); err == nil {
		return out
	}
	return s
}

// Dclone is dclone of Storable: a copy of all that v refers to, with its classes, and
// with what refers to itself.
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

// CellOf returns the variable to which a reference refers, nil if it is no
// variable.
func (r *Ref) CellOf() *any { return r.cell }

// Alarm is alarm: $SIG{ALRM} is called after v seconds, while the program waits. It
// returns the seconds that were left of the last one.
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

// IsErrno reports whether $! is the error of that name. Perl: $!{NAME}.
func IsErrno(name string) bool { return Errno != 0 && Int(Constants[name]) == int(Errno) }

// StatusMessage is that of HTTP::Status.
func StatusMessage(code any) any {
	if s := http.StatusText(Int(code)); s != "" {
		return s
	}
	return nil
}

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

// Restore stores the elements of a list in an array, one by one, where a sub has
// changed its arguments.
func Restore(a *Array, list []any) {
	for i, v := range list {
		if i < a.Len() {
			a.Set(i, v)
		}
	}
}

// MapInPlace is Map for a function that changes the elements.
func MapInPlace(list []any, f func(item *any) []any) []any {
	topic := Topic
	defer func() { Topic = topic }()
	var out []any
	for i := range list {
		out = append(out, f(&list[i])...)
	}
	return out
}

// GrepInPlace is Grep for a function that changes the elements.
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
