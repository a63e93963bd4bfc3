//go:build linux

package perl_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gopoe/poe/perl"
	"github.com/gopoe/poe/perl/internal/oracle"
)

// TestPackAsPerl compares pack and unpack.
func TestPackAsPerl(t *testing.T) {
	var cases []asPerl
	for _, format := range []string{"c", "C", "s", "S", "l", "L", "q", "Q", "n", "N", "v", "V", "i", "I", "j", "J", "w", "U", "W", "s>", "l>", "q<", "l!", "S!", "f", "d", "F"} {
		kind, perlArg := "u", "$_[0]"
		if strings.IndexByte("cslqij", format[0]) >= 0 {
			kind = "i"
		}
		cases = append(cases,
			asPerl{"unpack 'H*', pack '" + format + "', " + perlArg, kind, func(a []any) any { return perl.Unpack("H*", perl.Pack(format, a[0])) }},
			asPerl{"unpack '" + format + "*', pack '" + format + "*', $_[0], 7, $_[0] * 3", kind, func(a []any) any {
				return perl.Unpack(format+"*", perl.Pack(format+"*", a[0], 7, perl.Mul(a[0], 3)))
			}},
		)
	}
	for _, format := range []string{"a", "a3", "a*", "A", "A5", "A*", "Z", "Z5", "Z*", "H4", "h*", "B8", "b*", "B11", "n/a*", "C/Z*", "C/A6", "N/a3", "x3 a2", "a X a", "a @4 a", "(a2)*", "(a n)2", "C/(a2)", "a[3]"} {
		cases = append(cases,
			asPerl{"unpack 'H*', pack '" + format + "', $_[0], $_[1], $_[1], $_[0]", "su", func(a []any) any {
				return perl.Unpack("H*", perl.Pack(format, a[0], a[1], a[1], a[0]))
			}},
			asPerl{"unpack '" + format + "', \"\\0\\3\\1\\2$_[0]\"", "s", func(a []any) any { return perl.Unpack(format, "\x00\x03\x01\x02"+str(a[0])) }},
		)
	}
	for _, format := range []string{"%8C*", "%16n*", "%32C*", "%32b*", "%C*", "a %8C*", "C x2 C", "C X C", "@2 C", "vXXn", "(C a)3 a*", "C/(C)", "C/a a", "A2 x2 A2", "y", "l! s!"} {
		cases = append(cases, asPerl{"unpack '" + format + "', \"\\2$_[0]\"", "s", func(a []any) any { return perl.Unpack(format, "\x02"+str(a[0])) }})
	}
	oracle.Compare(t, oracle.Setup{Seed: 81, Runs: 12}, cases)
}

// TestTimeAsPerl compares the functions of time, in two zones.
func TestTimeAsPerl(t *testing.T) {
	const at = 1e9
	when := func(v any) any { return perl.Add(perl.Mul(v, 12345678.0), at) }
	var format string
	for _, c := range "aAbBcCdDeFgGhHIjklmMnpPrRStTuUVwWxXyYzZ%" {
		format += "%" + string(c) + "|"
	}
	oracle.Compare(t, oracle.Setup{Seed: 82, Runs: 30, Prelude: "use Time::Local; use Time::HiRes ();\n"}, []asPerl{
		{`gmtime($_[0] * 12345678 + 1e9)`, "i", func(a []any) any { return perl.Gmtime(when(a[0])) }},
		{`scalar gmtime($_[0] * 12345678 + 1e9)`, "i", func(a []any) any { return perl.GmtimeText(when(a[0])) }},
		{`localtime($_[0] * 12345678 + 1e9)`, "i", func(a []any) any { return perl.Localtime(when(a[0])) }},
		{`scalar localtime($_[0] * 12345678 + 1e9)`, "i", func(a []any) any { return perl.LocaltimeText(when(a[0])) }},
		{`POSIX::ctime($_[0] * 12345678 + 1e9)`, "i", func(a []any) any { return perl.Ctime(when(a[0])) }},
		{`timegm(gmtime($_[0] * 12345678 + 1e9))`, "i", func(a []any) any { return perl.Timegm(perl.Gmtime(when(a[0]))...) }},
		{`timelocal(localtime($_[0] * 12345678 + 1e9))`, "i", func(a []any) any { return perl.Timelocal(perl.Localtime(when(a[0]))...) }},
		{`POSIX::mktime(localtime($_[0] * 12345678 + 1e9))`, "i", func(a []any) any { return perl.Mktime(perl.Localtime(when(a[0]))...) }},
		{`POSIX::mktime(70, 0, 0, 1 + $_[0], $_[1], 100)`, "ii", func(a []any) any { return perl.Mktime(70, 0, 0, 1+num(a[0]), a[1], 100) }},
		{`POSIX::strftime('` + format + `', gmtime($_[0] * 12345678 + 1e9))`, "i", func(a []any) any { return perl.Strftime(format, perl.Gmtime(when(a[0]))...) }},
		{`Time::HiRes::tv_interval([5, 250000], [7 + $_[0], $_[1] * 1000])`, "uu", func(a []any) any {
			return perl.TvInterval(perl.NewArray(5, 250000), perl.NewArray(7+num(a[0]), num(a[1])*1000))
		}},
		{`$_[0] / 4`, "u", func(a []any) any { return perl.Seconds(float64(num(a[0])) / 4).Seconds() }},
		{`$_[0] / 4 + 1e9`, "u", func(a []any) any { return perl.Unix(perl.TimeAt(float64(num(a[0]))/4 + at)) }},
		{`my $d = time - Time::HiRes::time(); abs $d < 2 && abs($^T - time) < 60 && (Time::HiRes::gettimeofday())[0] > 1e9 && Time::HiRes::clock_gettime(0) > 1e9 && (times)[0] >= 0 ? 1 : 0`, "", func([]any) any {
			d := float64(perl.Time()) - perl.HiresTime()
			return yes(d < 2 && d > -2 && perl.StartTime() <= perl.Time() && num(perl.Gettimeofday()[0]) > at && perl.ClockGettime(0) > at && perl.Num(perl.Times()[0]) >= 0)
		}},
		{`(Time::HiRes::usleep(1) >= 0, sleep(0))`, "", func([]any) any {
			perl.Usleep(1)
			perl.Nanosleep(1)
			return two(1, perl.Sleep(0))
		}},
	})
}

// TestAddressesAsPerl compares packed addresses and constants.
func TestAddressesAsPerl(t *testing.T) {
	oracle.Compare(t, oracle.Setup{Seed: 83, Runs: 20, Prelude: "use Socket qw(:all); use Errno (); use Fcntl ':flock'; use HTTP::Status ();\n"}, []asPerl{
		{`pack_sockaddr_in($_[0] * 1000, inet_aton("10.0.0.$_[0]"))`, "u", func(a []any) any {
			packed := perl.PackSockaddrIn(num(a[0])*1000, str(perl.InetAton("10.0.0."+str(a[0]))))
			if perl.SockaddrIn(perl.Scalar, num(a[0])*1000, perl.InetAton("10.0.0."+str(a[0])))[0] != packed {
				return "differs"
			}
			return packed
		}},
		{`my ($p, $i) = unpack_sockaddr_in(pack_sockaddr_in($_[0], "\1\2\3\4")); ($p, inet_ntoa($i))`, "u", func(a []any) any {
			l := perl.UnpackSockaddrIn(perl.PackSockaddrIn(a[0], "\x01\x02\x03\x04"))
			return two(l[0], perl.InetNtoa(str(l[1])))
		}},
		{`my ($p, $i) = unpack_sockaddr_in6(pack_sockaddr_in6($_[0], inet_pton(AF_INET6, "fe80::$_[0]"))); ($p, inet_ntop(AF_INET6, $i))`, "u", func(a []any) any {
			l := perl.UnpackSockaddrIn6(perl.PackSockaddrIn6(a[0], str(perl.InetPton(perl.Constant("AF_INET6"), "fe80::"+str(a[0])))))
			return two(l[0], perl.InetNtop(perl.Constant("AF_INET6"), str(l[1])))
		}},
		{`(unpack_sockaddr_un(pack_sockaddr_un("/tmp/$_[0]")), length pack_sockaddr_un("/tmp/$_[0]"))`, "w", func(a []any) any {
			packed := perl.PackSockaddrUn("/tmp/" + str(a[0]))
			return two(perl.UnpackSockaddrUn(packed), len(packed))
		}},
		{`(sockaddr_family(pack_sockaddr_in(1, "\1\2\3\4")), sockaddr_family(pack_sockaddr_un('/x')))`, "", func([]any) any {
			return two(perl.SockaddrFamily(perl.PackSockaddrIn(1, "\x01\x02\x03\x04")), perl.SockaddrFamily(perl.PackSockaddrUn("/x")))
		}},
		{`inet_ntoa($_[0])`, "w", func(a []any) any { return perl.InetNtoa(str(a[0])) }},
		{`inet_pton(AF_INET, $_[0])`, "w", func(a []any) any { return perl.InetPton(perl.Constant("AF_INET"), str(a[0])) }},
		{`map { my $e = $_; $! = $e; "$!" } 1 .. 133`, "", func([]any) any {
			var out []any
			for e := 1; e <= 133; e++ {
				out = append(out, perl.Strerror(e))
				if perl.ErrnoText(syscall.Errno(e)) != str(perl.ErrnoValue(syscall.Errno(e))) {
					return "differs"
				}
			}
			return out
		}},
		{`$! = $_[0]; ($! + 0, "$!", $!{ENOENT} ? 1 : 0)`, "u", func(a []any) any {
			perl.SetOSError(num(a[0]))
			return []any{perl.Add(perl.OSError(), 0), str(perl.OSError()), yes(perl.IsErrno("ENOENT"))}
		}},
		{`{ $! = 2; { local $! = 5; } $! + 0 }`, "", func([]any) any {
			perl.SetOSError(2)
			perl.LocalErrno(5)()
			return perl.Add(perl.OSError(), 0)
		}},
		{`map { (POSIX::WIFEXITED($_) ? 1 : 0, POSIX::WEXITSTATUS($_), POSIX::WIFSIGNALED($_) ? 1 : 0, POSIX::WTERMSIG($_)) } 0, 256, 9, 1792`, "", func([]any) any {
			return perl.Map(perl.L(0, 256, 9, 1792), func(it any) []any {
				return []any{yes(perl.WIFEXITED(it)), perl.WEXITSTATUS(it), yes(perl.WIFSIGNALED(it)), perl.WTERMSIG(it)}
			})
		}},
		{`map { HTTP::Status::status_message($_) } 100 .. 599`, "", func([]any) any { return perl.Map1(perl.Range(100, 599), perl.StatusMessage) }},
		{`map { (HTTP::Status::is_success($_) ? 1 : 0, HTTP::Status::is_error($_) ? 1 : 0) } 199, 200, 299, 300, 400, 599, 600`, "", func([]any) any {
			return perl.Map(perl.L(199, 200, 299, 300, 400, 599, 600), func(it any) []any {
				return two(yes(perl.StatusClass(2, 2, it)), yes(perl.StatusClass(4, 5, it))).([]any)
			})
		}},
		{`(getpwuid(0), getpwnam('root'))[0, 9]`, "", func([]any) any {
			return perl.Pick(perl.Cat(perl.Entry("getpwuid", 0), perl.Entry("getpwnam", "root")), 0, 9)
		}},
		{`(scalar getpwuid(0), scalar getgrnam('root'), scalar getprotobyname('tcp'), scalar getservbyname('http', 'tcp'), scalar getprotobynumber(17))`, "", func([]any) any {
			return []any{perl.EntryValue("getpwuid", 0), perl.EntryValue("getgrnam", "root"), perl.EntryValue("getprotobyname", "tcp"), perl.EntryValue("getservbyname", "http", "tcp"), perl.EntryValue("getprotobynumber", 17)}
		}},
	})
}

// TestConstantsAsPerl: constants have the values that the modules of perl give them.
func TestConstantsAsPerl(t *testing.T) {
	var cases []asPerl
	for name, v := range perl.Constants {
		switch {
		case name[0] == '$', v == nil, strings.HasPrefix(name, "PCI_EAT_"), strings.HasSuffix(name, "TEAPOT"):
			continue // of other modules and versions
		case name == "SIGIO", name == "SIGPWR", name == "SIGWINCH", name == "SIGSTKFLT":
			continue // of the shell, not of POSIX
		}
		code := "for my $m (qw(Socket Errno POSIX Fcntl HTTP::Status)) { my $f = $m->can('" + name + "') or next; my $v = eval { $f->() }; return $v if defined $v } 'none'"
		cases = append(cases, asPerl{code, "", func([]any) any { return v }})
	}
	oracle.Compare(t, oracle.Setup{Seed: 84, Runs: 1, Prelude: "use Socket qw(:all); use Errno (); use Fcntl qw(:DEFAULT :flock :seek :mode); use HTTP::Status (); { no warnings; require Socket; Socket->import(':crlf') }\n"}, cases)
}

// TestFilesAsPerl does the same with files in a directory, here and in perl.
func TestFilesAsPerl(t *testing.T) {
	dir := t.TempDir()
	prelude := "use File::Temp (); use File::Basename; use File::Spec; use File::Path; use File::Copy; use Cwd (); my $d = File::Temp::tempdir(CLEANUP => 1); my $fh;\n"
	in := func(name string) string { return filepath.Join(dir, name) }
	var fh any
	opened := func(mode string, name ...any) bool { return perl.Open(&fh, mode, name...) }
	oracle.Compare(t, oracle.Setup{Seed: 85, Runs: 8, Prelude: prelude}, []asPerl{
		{`open($fh, '>', "$d/a") or die; print $fh "one\ntwo\n", $_[0]; printf $fh "%d", 7; close($fh) ? 1 : 0`, "s", func(a []any) any {
			if !opened(">", in("a")) {
				return "not opened"
			}
			perl.PrintTo(fh, "one\ntwo\n", a[0])
			perl.F(fh).WriteString("7")
			return yes(perl.Close(fh))
		}},
		{`open($fh, '<', "$d/a") or die; my $l = <$fh>; my $n = $.; my $c = getc $fh; my $at = tell $fh; my @r = <$fh>; my $eof = eof($fh) ? 1 : 0; close $fh; ($l, $n, $c, $at, scalar @r, $eof)`, "", func([]any) any {
			opened("<", in("a"))
			l, n := perl.ReadLine(fh), perl.InputLine()
			c, at := perl.Getc(fh), perl.Tell(fh)
			r := perl.ReadLines(fh)
			eof := yes(perl.Eof(fh))
			perl.F(fh).Close()
			return []any{l, n, c, at, len(r), eof}
		}},
		{`open($fh, '+<', "$d/a") or die; binmode $fh; seek $fh, 4, 0; my $n = read $fh, my $s, 3; my $m = read $fh, $s, 2, 5; my $x; sysseek $fh, 0, 0; my $k = sysread $fh, $x, 2; my $w = syswrite $fh, "ZZ"; close $fh; ($n, $s, $m, $k, $x, $w)`, "", func([]any) any {
			opened("+<", in("a"))
			perl.Binmode(fh)
			perl.Seek(fh, 4, 0)
			var s, x any
			n := perl.ReadInto(fh, &s, 3, 0)
			m := perl.ReadInto(fh, &s, 2, 5)
			perl.Seek(fh, 0, 0)
			k := perl.SysreadInto(fh, &x, 2, 0)
			w := perl.Syswrite(fh, "ZZ")
			perl.Close(fh)
			return []any{n, s, m, k, x, w}
		}},
		{`open($fh, '>>', "$d/a"); print $fh "end"; close $fh; open($fh, "<$d/a"); local $/; my $s = <$fh>; close $fh; (length $s, substr($s, 0, 4))`, "", func([]any) any {
			opened(">>", in("a"))
			perl.F(fh).Print("end")
			perl.Close(fh)
			opened("<" + in("a"))
			defer perl.Local(&perl.InputRecordSeparator, any(nil))()
			s := str(perl.ReadLine(fh))
			perl.Close(fh)
			return two(len(s), s[:4])
		}},
		{`my $ok = open(my $no, '<', "$d/missing"); ($ok ? 1 : 0, $! + 0)`, "", func([]any) any {
			var no any
			return two(yes(perl.Open(&no, "<", in("missing"))), perl.Add(perl.OSError(), 0))
		}},
		{`my $s = "x\ny\n"; open(my $m, '<', \$s); my @l = <$m>; my $o = ''; open(my $w, '>', \$o); print $w 'kept'; close $w; (@l, $o)`, "", func([]any) any {
			var s, o any = "x\ny\n", ""
			var m, w any
			perl.Open(&m, "<", perl.RefTo(&s))
			l := perl.ReadLines(m)
			perl.Open(&w, ">", perl.RefTo(&o))
			perl.PrintTo(w, "kept")
			perl.Close(w)
			return append(l, o)
		}},
		{`use Fcntl qw(:DEFAULT :flock); my $ok = sysopen(my $h, "$d/s", O_RDWR | O_CREAT, 0600); my $l = flock($h, LOCK_EX | LOCK_NB); my $t = truncate($h, 5); close $h; ($ok ? 1 : 0, $l ? 1 : 0, $t ? 1 : 0, -s "$d/s", sprintf '%o', (stat "$d/s")[2] & 07777)`, "", func([]any) any {
			var h any
			c := func(name string) int { return perl.Int(perl.Constant(name)) }
			ok := perl.Sysopen(&h, in("s"), c("O_RDWR")|c("O_CREAT"), 0o600)
			l, tr := perl.Flock(h, c("LOCK_EX")|c("LOCK_NB")), perl.Truncate(h, 5)
			perl.Close(h)
			return []any{yes(ok), yes(l), yes(tr), perl.Test("s", in("s")), perl.Sprintf("%o", perl.Int(perl.Stat(in("s"))[2])&0o7777)}
		}},
		{`mkdir("$d/dir$_[0]") or return 0; my $two = mkdir("$d/dir$_[0]") ? 1 : 0; rename "$d/dir$_[0]", "$d/moved"; my $ok = (-d "$d/moved") ? 1 : 0; (rmdir "$d/moved") ? ($two, $ok) : 'no'`, "u", func(a []any) any {
			name := in("dir" + str(a[0]))
			if !perl.Mkdir(name) {
				return 0
			}
			again := yes(perl.Mkdir(name))
			perl.Rename(name, in("moved"))
			ok := yes(perl.True(perl.Test("d", in("moved"))))
			if !perl.Rmdir(in("moved")) {
				return "no"
			}
			return two(again, ok)
		}},
		{`symlink 'a', "$d/l"; link "$d/a", "$d/hard"; my @r = (readlink("$d/l"), (-l "$d/l") ? 1 : 0, (stat "$d/a")[3], (lstat "$d/l")[7]); (@r, unlink "$d/l", "$d/hard", "$d/none")`, "", func([]any) any {
			perl.Symlink("a", in("l"))
			perl.Link(in("a"), in("hard"))
			r := []any{perl.Readlink(in("l")), yes(perl.True(perl.Test("l", in("l")))), perl.Stat(in("a"))[3], perl.Lstat(in("l"))[7]}
			return append(r, perl.Unlink(in("l"), in("hard"), in("none")))
		}},
		{`my $n = chmod 0640, "$d/a", "$d/none"; my $m = utime 1e9, 1e9 + 5, "$d/a"; my @s = stat "$d/a"; ($n, $m, sprintf('%o', $s[2] & 07777), @s[8, 9])`, "", func([]any) any {
			n, m := perl.Chmod(0o640, in("a"), in("none")), perl.Utime(1e9, 1e9+5, in("a"))
			s := perl.Stat(in("a"))
			return []any{n, m, perl.Sprintf("%o", perl.Int(s[2])&0o7777), s[8], s[9]}
		}},
		{`map { my $r = eval "-$_ q{$d/a}"; defined $r ? ($r ? 1 : 0) : 'undef' } qw(e f d l p S b c z r w o)`, "", func([]any) any {
			return perl.Map1(perl.L("e", "f", "d", "l", "p", "S", "b", "c", "z", "r", "w", "o"), func(it any) any {
				r := perl.Test(str(it), in("a"))
				if r == nil {
					return "undef"
				}
				return yes(perl.True(r))
			})
		}},
		{`(-e "$d/none", -e "$d/a" && -f _ ? 1 : 0, -M "$d/a" > 1000 ? 1 : 0)`, "", func([]any) any {
			return []any{perl.Test("e", in("none")), yes(perl.True(perl.Test("e", in("a"))) && perl.True(perl.Test("f", perl.LastFile))), yes(perl.Num(perl.Test("M", in("a"))) > 1000)}
		}},
		{`opendir my $h, $d; my @l = sort grep { /^\w/ } readdir $h; closedir $h; opendir $h, $d; my $one = readdir $h; (@l, defined $one ? 1 : 0)`, "", func([]any) any {
			var h any
			perl.Opendir(&h, dir)
			l := perl.Grep(perl.Sort(perl.ReaddirAll(h)), func(it any) bool { return str(it)[0] != '.' })
			perl.Opendir(&h, dir)
			return append(l, yes(perl.Readdir(h) != nil))
		}},
		{`(map { s/^\Q$d\E//r } glob "$d/* $d/{x,y}"), glob 'plain'`, "", func([]any) any {
			l := perl.Map1(perl.Glob(dir+"/* "+dir+"/{x,y}"), func(it any) any { return strings.TrimPrefix(str(it), dir) })
			return append(l, perl.Glob("plain")...)
		}},
		{`copy("$d/a", "$d/copied"); my $s = -s "$d/copied"; move("$d/copied", "$d/b"); ($s, -e "$d/b" ? 1 : 0, scalar mkpath("$d/p/q/r"), -d "$d/p/q/r" ? 1 : 0, rmtree("$d/p") ? 1 : 0, unlink "$d/b")`, "", func([]any) any {
			perl.CopyFile(in("a"), in("copied"))
			s := perl.Test("s", in("copied"))
			perl.MoveFile(in("copied"), in("b"))
			r := []any{s, yes(perl.True(perl.Test("e", in("b")))), perl.If(perl.Mkpath(in("p/q/r")) > 0, 3, 0), yes(perl.True(perl.Test("d", in("p/q/r")))), yes(perl.Rmtree(in("p")) > 0)}
			return append(r, perl.Unlink(in("b")))
		}},
		{`map { (basename($_), dirname($_), basename($_, '.t', '.x'), fileparse($_, qr/\.[^.]*/)) } '/a/b.t', 'b.x', '/a/b/', '/', 'a//b.tt', './c'`, "", func([]any) any {
			return perl.Map(perl.L("/a/b.t", "b.x", "/a/b/", "/", "a//b.tt", "./c"), func(it any) []any {
				p := str(it)
				return append([]any{perl.Basename(p), perl.Dirname(p), perl.Basename(p, ".t", ".x")}, perl.Fileparse(p, perl.RE(`\.[^.]*`, ""))...)
			})
		}},
		{`(File::Spec->catfile('a', 'b', 'c.t'), File::Spec->catfile('/a/', 'b'), File::Spec->rel2abs('x/y', '/base'), File::Spec->rel2abs('/x', '/base'))`, "", func([]any) any {
			return []any{perl.Catfile("a", "b", "c.t"), perl.Catfile("/a/", "b"), perl.Rel2Abs("x/y", "/base"), perl.Rel2Abs("/x", "/base")}
		}},
		{`my $old = Cwd::getcwd(); chdir $d; my $r = Cwd::getcwd() eq Cwd::abs_path($d) ? 1 : 0; chdir $old; ($r, Cwd::abs_path("$d/none/none"))`, "", func([]any) any {
			old := perl.Getcwd()
			perl.Chdir(dir)
			r := yes(perl.Getcwd() == str(perl.AbsPath(dir)))
			perl.Chdir(old)
			return two(r, perl.AbsPath(in("none/none")))
		}},
		{`my $old = umask 027; my $now = umask; umask $old; $now`, "", func([]any) any {
			old := perl.Umask(0o27)
			now := perl.Umask()
			perl.Umask(old)
			return now
		}},
		{`$ENV{POE_TEST} = $_[0]; my $o = qx(printf %s "\$POE_TEST"); { local $ENV{POE_TEST} = 'l'; $o .= qx(printf %s "\$POE_TEST") } ($o, delete $ENV{POE_TEST}, $?)`, "w", func(a []any) any {
			perl.SetEnv("POE_TEST", a[0])
			o := str(perl.Backtick(`printf %s "$POE_TEST"`))
			restore := perl.LocalEnv("POE_TEST", "l")
			o += str(perl.Backtick(`printf %s "$POE_TEST"`))
			restore()
			return []any{o, perl.DeleteEnv("POE_TEST"), perl.ChildStatus}
		}},
		{`(system('exit 3;'), $? >> 8, system('true', 'x'), system('/does/not/exist'))`, "", func([]any) any {
			first := perl.System("exit 3;")
			status := perl.ChildStatus >> 8
			return []any{first, status, perl.System("true", "x"), perl.System("/does/not/exist")}
		}},
		{`my $pid = open(my $p, '-|', 'printf', 'a\nb\n'); my @l = <$p>; my $c = close $p; (@l, $c ? 1 : 0, $pid > 1 ? 1 : 0, waitpid($pid, 0))`, "", func([]any) any {
			var p any
			perl.Open(&p, "-|", "printf", `a\nb\n`)
			pid := perl.F(p).Pid()
			l := perl.ReadLines(p)
			c := perl.Close(p)
			return append(l, yes(c), yes(pid > 1), perl.Waitpid(pid, 0))
		}},
		{`(kill(0, $$), (POSIX::uname())[0], defined POSIX::ttyname(99) ? 1 : 0, POSIX::setlocale(POSIX::LC_ALL(), 'C'))`, "", func([]any) any {
			return []any{perl.Kill(0, os.Getpid()), perl.Uname()[0], yes(perl.Ttyname(99) != nil), perl.Setlocale(6, "C")}
		}},
		{`pipe my $r, my $w; syswrite $w, 'xy'; my ($in, $out) = ('', undef); vec($in, fileno $r, 1) = 1; my $n = select($out = $in, undef, undef, 1); close $w; sysread $r, my $s, 9; ($n, vec($out, fileno $r, 1), $s, sysread($r, $s, 9))`, "", func([]any) any {
			var r, w, s any
			perl.Pipe(&r, &w)
			perl.Syswrite(w, "xy")
			fd := num(perl.Fileno(r))
			var out any = perl.SetVec("", fd, 1, 1)
			n := perl.Select(&out, nil, nil, 1)
			perl.Close(w)
			perl.SysreadInto(r, &s, 9, 0)
			return []any{n, perl.Vec(str(out), fd, 1), s, perl.SysreadInto(r, &s, 9, 0)}
		}},
	})
}
