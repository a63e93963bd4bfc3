//go:build linux

package perl

import (
	"math"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Time returns the seconds since 1970.
func Time() int { return int(time.Now().Unix()) }

// Sleep sleeps for v seconds, or until a signal arrives, and returns the time
// slept in seconds, rounded.
func Sleep(v any) int {
	Stdout.Flush()
	begin := time.Now()
	pause(Seconds(v))
	return int(math.Round(time.Since(begin).Seconds()))
}

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
	return time.Unix(int64(whole), int64(math.Round((s-whole)*1e9)))
}

// Unix converts a time to seconds since 1970, with a fraction if there is one.
func Unix(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9
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
	case 'g':
		year, _ := t.ISOWeek()
		return Sprintf("%02d", year%100)
	case 'P':
		return strings.ToLower(t.Format("PM"))
	case 'W':
		return Sprintf("%02d", (t.YearDay()+6-(int(t.Weekday())+6)%7)/7)
	case 'U':
		return Sprintf("%02d", (t.YearDay()+6-int(t.Weekday()))/7)
	}
	return "%" + string(c)
}

// Ctime returns the text of a time, with a newline at its end. Perl: ctime of
// POSIX.
func Ctime(v any) string { return LocaltimeText(v) + "\n" }

// HiresTime returns the seconds since 1970 with a fraction. Perl: time of
// Time::HiRes.
func HiresTime() float64 { return float64(time.Now().UnixMicro()) / 1e6 }

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
