//go:build linux

package perl

import (
	"math"
	"math/rand"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

var startTime = time.Now()

// Time returns the seconds since 1970.
func Time() int { return int(time.Now().Unix()) }

// HiresTime returns the seconds since 1970 with a fraction. Perl: time of
// Time::HiRes.
func HiresTime() float64 { return float64(time.Now().UnixMicro()) / 1e6 }

// Seconds returns v seconds as a duration.
func Seconds(v any) time.Duration {
	s := Num(v)
	if s > math.MaxInt64/1e9 {
		return math.MaxInt64
	}
	return time.Duration(s * 1e9)
}

// TimeAt converts seconds since 1970 to a time.
func TimeAt(v any) time.Time {
	s := Num(v)
	whole := math.Floor(s)
	return time.Unix(int64(whole), int64((s-whole)*1e9))
}

// Unix converts a time to seconds since 1970, with a fraction if there is one.
func Unix(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return float64(t.UnixMicro()) / 1e6
}

// Sleep sleeps for v seconds, or until a signal arrives, and returns the time
// slept in seconds, rounded.
func Sleep(v any) int {
	Stdout.Flush()
	begin := time.Now()
	pause(Seconds(v))
	return int(math.Round(time.Since(begin).Seconds()))
}

func timeFields(v []any, zone *time.Location) time.Time {
	t := time.Now()
	if len(v) > 0 {
		t = time.Unix(int64(Int(v[0])), 0)
	}
	return t.In(zone)
}

func timeList(t time.Time) []any {
	return []any{t.Second(), t.Minute(), t.Hour(), t.Day(), int(t.Month()) - 1, t.Year() - 1900, int(t.Weekday()), t.YearDay() - 1, If(t.IsDST(), 1, 0)}
}

// Localtime returns the nine fields of a time in the local time zone, by
// default the current time.
func Localtime(v ...any) []any { return timeList(timeFields(v, time.Local)) }

// Gmtime returns the nine fields of a time in UTC, by default the current time.
func Gmtime(v ...any) []any { return timeList(timeFields(v, time.UTC)) }

// LocaltimeText returns the text of a local time: localtime in scalar context.
func LocaltimeText(v ...any) string {
	return timeFields(v, time.Local).Format("Mon Jan _2 15:04:05 2006")
}

// GmtimeText returns the text of a time in UTC: gmtime in scalar context.
func GmtimeText(v ...any) string { return timeFields(v, time.UTC).Format("Mon Jan _2 15:04:05 2006") }

func fieldsTime(f []any, zone *time.Location) time.Time {
	n := func(i int) int { return Int(At(f, i)) }
	return time.Date(n(5)+1900, time.Month(n(4)+1), n(3), n(2), n(1), n(0), 0, zone)
}

// Mktime converts the fields of a local time to seconds since 1970. Perl:
// mktime of POSIX.
func Mktime(fields ...any) any { return int(fieldsTime(fields, time.Local).Unix()) }

// Timegm converts the fields of a time in UTC to seconds since 1970. Perl:
// timegm of Time::Local.
func Timegm(fields ...any) any {
	f := append([]any(nil), fields...)
	if len(f) > 5 && Int(f[5]) >= 1000 {
		f[5] = Int(f[5]) - 1900
	}
	return int(fieldsTime(f, time.UTC).Unix())
}

// Timelocal converts the fields of a local time to seconds since 1970. Perl:
// timelocal of Time::Local.
func Timelocal(fields ...any) any {
	f := append([]any(nil), fields...)
	if len(f) > 5 && Int(f[5]) >= 1000 {
		f[5] = Int(f[5]) - 1900
	}
	return int(fieldsTime(f, time.Local).Unix())
}

// Strftime formats the fields of a time. Perl: strftime of POSIX.
func Strftime(format string, fields ...any) string {
	t := fieldsTime(fields, time.Local)
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			b.WriteByte(format[i])
			continue
		}
		i++
		b.WriteString(strftime(t, format[i]))
	}
	return b.String()
}

var layouts = map[byte]string{
	'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'y': "06", 'b': "Jan", 'h': "Jan", 'B': "January", 'a': "Mon", 'A': "Monday",
	'e': "_2", 'I': "03", 'p': "PM", 'Z': "MST", 'z': "-0700", 'F': "2006-01-02", 'T': "15:04:05", 'D': "01/02/06", 'R': "15:04",
	'c': "Mon Jan _2 15:04:05 2006", 'x': "01/02/06", 'X': "15:04:05", 'r': "03:04:05 PM",
}

func strftime(t time.Time, c byte) string {
	if layout, ok := layouts[c]; ok {
		return t.Format(layout)
	}
	switch c {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case '%':
		return "%"
	case 's':
		return Str(int(t.Unix()))
	case 'j':
		return Sprintf("%03d", t.YearDay())
	case 'u':
		return Str((int(t.Weekday())+6)%7 + 1)
	case 'w':
		return Str(int(t.Weekday()))
	case 'C':
		return Sprintf("%02d", t.Year()/100)
	case 'k':
		return Sprintf("%2d", t.Hour())
	case 'l':
		return Sprintf("%2d", (t.Hour()+11)%12+1)
	case 'V':
		_, week := t.ISOWeek()
		return Sprintf("%02d", week)
	case 'G':
		year, _ := t.ISOWeek()
		return Str(year)
	case 'U':
		return Sprintf("%02d", (t.YearDay()+6-int(t.Weekday()))/7)
	}
	return "%" + string(c)
}

// Rand returns a random number from 0 up to, but not including, n; n is 1 if it
// is missing or 0.
func Rand(n ...any) float64 {
	m := 1.0
	if len(n) > 0 && Num(n[0]) != 0 {
		m = Num(n[0])
	}
	if seeded != nil {
		return seeded.Float64() * m
	}
	return rand.Float64() * m
}

var seeded *rand.Rand

// Srand seeds Rand, with the time if n is missing, and returns the seed. The
// sequence differs from Perl's.
func Srand(n ...any) int {
	seed := time.Now().UnixNano()
	if len(n) > 0 {
		seed = int64(Int(n[0]))
	}
	seeded = rand.New(rand.NewSource(seed))
	return int(seed)
}

// Args is @ARGV, Env is %ENV and Inc_ is %INC.
var (
	Args = NewArray()
	Env  = NewHash()
	Inc_ = NewHash()
	// Signals is %SIG.
	Signals = NewHash()
)

func init() {
	for _, a := range os.Args[1:] {
		Args.Push(a)
	}
	for _, e := range os.Environ() {
		k, v, _ := strings.Cut(e, "=")
		Env.Set(k, v)
	}
}

// SetEnv sets an environment variable and returns v. Perl: $ENV{key} = v.
func SetEnv(key string, v any) any {
	if v == nil {
		_ = os.Unsetenv(key)
	} else {
		_ = os.Setenv(key, Str(v))
	}
	return Env.Set(key, v)
}

// SetSignal sets the handler of a signal, or __WARN__ or __DIE__, and returns
// v. Perl: $SIG{name} = v.
func SetSignal(name string, v any) any {
	switch name {
	case "__WARN__":
		WarnHook = v
	case "__DIE__":
		DieHook = v
	default:
		setSignal(name, v)
	}
	return Signals.Set(name, v)
}

func setSignal(name string, v any) {
	sig := unix.SignalNum("SIG" + name)
	if sig == 0 {
		return
	}
	if v != nil && Str(v) == "IGNORE" {
		signal.Ignore(sig)
		delete(queuedSignals, sig)
		return
	}
	if v == nil || Str(v) == "DEFAULT" {
		signal.Reset(sig)
		delete(queuedSignals, sig)
		return
	}
	if OnSignal != nil && sig != unix.SIGALRM {
		OnSignal(name, sig, v)
		return
	}
	queueSignal(sig)
}

// OnSignal, if not nil, is called when a handler for a system signal is set. A
// kernel then calls the handler between events.
var OnSignal func(name string, sig syscall.Signal, handler any)

// Kill sends a signal, given by name or number, to processes and returns the
// number of those which it reached. It dies if the name is unknown. A name with
// a leading minus addresses process groups.
func Kill(sig any, pids ...any) int {
	name := Str(sig)
	n := syscall.Signal(Int(sig))
	if !LooksLikeNumber(name) {
		neg := strings.HasPrefix(name, "-")
		n = unix.SignalNum("SIG" + strings.TrimPrefix(strings.TrimPrefix(name, "-"), "SIG"))
		if n == 0 && !strings.HasSuffix(name, "ZERO") {
			Die("Unrecognized signal name \"%s\"", name)
		}
		if neg {
			for i := range pids {
				pids[i] = -Int(pids[i])
			}
		}
	}
	count := 0
	for _, pid := range pids {
		if succeeded(syscall.Kill(Int(pid), n)) {
			count++
			if Int(pid) == os.Getpid() && n != 0 && OnSignal == nil {
				awaitOwnSignal(n)
			}
		}
	}
	return count
}

// System runs a command and returns its wait status, which is also in $?, or -1
// if it could not be started.
func System(args ...any) int {
	Stdout.Flush()
	cmd := command(args)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		succeeded(err)
		ChildStatus = -1
		return -1
	}
	ChildStatus = waitStatus(cmd.ProcessState)
	return ChildStatus
}

func command(args []any) *exec.Cmd {
	if len(args) == 1 {
		if s := Str(args[0]); strings.ContainsAny(s, "*?[]{}()<>|&;$`'\"\\\n~#=%") {
			return exec.Command("/bin/sh", "-c", s)
		}
		args = Fields(Str(args[0]), 0)
	}
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = Str(a)
	}
	if len(words) == 0 {
		words = []string{""}
	}
	return exec.Command(words[0], words[1:]...)
}

// Backtick runs a shell command and returns its standard output, or nil if it
// could not be started. The status is in $?.
func Backtick(line string) any {
	Stdout.Flush()
	cmd := command(L(line))
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	out, err := cmd.Output()
	if cmd.ProcessState == nil {
		succeeded(err)
		ChildStatus = -1
		return nil
	}
	ChildStatus = waitStatus(cmd.ProcessState)
	return string(out)
}

// LinesOf splits a text into lines, which keep their newlines.
func LinesOf(v any) []any {
	var out []any
	for _, l := range strings.SplitAfter(Str(v), "\n") {
		if l != "" {
			out = append(out, l)
		}
	}
	return out
}

// Exec replaces the process by a command. It returns only on an error, and then
// false.
func Exec(args ...any) bool {
	FlushAll()
	cmd := command(args)
	if cmd.Err != nil {
		return succeeded(syscall.ENOENT)
	}
	return succeeded(syscall.Exec(cmd.Path, cmd.Args, os.Environ()))
}

// Waitpid waits for a child process and returns its ID and sets $?. It returns
// 0 if the flags contain WNOHANG and the process still runs, and -1 if there is
// no such child.
func Waitpid(pid, flags any) int {
	var ws syscall.WaitStatus
	for {
		n, err := syscall.Wait4(Int(pid), &ws, Int(flags), nil)
		if err == syscall.EINTR {
			continue
		}
		if !succeeded(err) {
			ChildStatus = -1
			return -1
		}
		if n > 0 {
			ChildStatus = int(ws)
		}
		return n
	}
}

func openPipe(mode string, args []any) (*File, error) {
	cmd := command(args)
	if cmd.Err != nil {
		return nil, syscall.ENOENT
	}
	var fds [2]int
	if err := unix.Pipe2(fds[:], unix.O_CLOEXEC); err != nil {
		return nil, err
	}
	r, w := fds[0], fds[1]
	ours, theirs := r, w
	files := []uintptr{0, uintptr(w), 2}
	if mode == "|-" {
		ours, theirs = w, r
		files = []uintptr{uintptr(r), 1, 2}
	}
	Stdout.Flush()
	pid, err := syscall.ForkExec(cmd.Path, cmd.Args, &syscall.ProcAttr{Files: files, Env: os.Environ()})
	_ = unix.Close(theirs)
	if err != nil {
		_ = unix.Close(ours)
		return nil, err
	}
	proc, _ := os.FindProcess(pid)
	return &File{fd: ours, name: "pipe", proc: proc, status: pid}, nil
}

// Pid returns the ID of the process at the other end of a pipe which Open has
// started.
func (f *File) Pid() int { return f.status }

// Hostname returns the name of the host.
func Hostname() string {
	name, _ := os.Hostname()
	return name
}

// Getcwd returns the working directory.
func Getcwd() string {
	dir, _ := os.Getwd()
	return dir
}

// Flock locks or unlocks a file and reports whether it succeeded.
func Flock(fh any, how any) bool { return succeeded(unix.Flock(F(fh).Fd(), Int(how))) }

// Fcntl calls fcntl with an integer argument. It returns "0 but true" for 0,
// and nil on an error.
func Fcntl(fh any, cmd, arg any) any {
	n, err := unix.FcntlInt(uintptr(F(fh).Fd()), Int(cmd), Int(arg))
	if !succeeded(err) {
		return nil
	}
	if n == 0 {
		return "0 but true"
	}
	return n
}

// Umask sets the umask, if one is given, and returns the previous one.
func Umask(mask ...any) int {
	if len(mask) == 0 {
		old := syscall.Umask(0)
		syscall.Umask(old)
		return old
	}
	return syscall.Umask(Int(mask[0]))
}

// Times returns the user and system time of the process and of its children, in
// seconds.
func Times() []any {
	var t unix.Tms
	_, _ = unix.Times(&t)
	return []any{float64(t.Utime) / 100, float64(t.Stime) / 100, float64(t.Cutime) / 100, float64(t.Cstime) / 100}
}

// Sysopen opens a file with flags of Fcntl, stores the handle in *p and reports
// whether it succeeded.
func Sysopen(p *any, path string, flags any, mode ...any) bool {
	m := 0o666
	if len(mode) > 0 {
		m = Int(mode[0])
	}
	fd, err := unix.Open(path, Int(flags)|unix.O_CLOEXEC, uint32(m))
	if !succeeded(err) {
		return false
	}
	*p = NewFile(fd, path)
	return true
}
