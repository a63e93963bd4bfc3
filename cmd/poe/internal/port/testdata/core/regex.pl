use strict;
use warnings;

my $s = "The year 1999 and 2024";
if ($s =~ /(\d+)\D+(\d+)/) { print "$1 $2 $& [$`] [$'] $+\n" }
print "pos: $-[0] $+[0] $-[1] $+[2]\n" if $s =~ /(\d+).*?(\d+)/;
my @all = $s =~ /\d+/g;
print "@all\n";
while ($s =~ /(\d+)/g) { print "$1 at ", pos($s), "; " }
print "\n";
(my $t = $s) =~ s/\d+/#/;
print "$t\n";
$t = $s;
my $n = $t =~ s/\d/#/g;
print "$n $t\n";
$t =~ s/(\w+) (\w+)/$2 $1/;
print "$t\n";
$t = "a.b.c";
$t =~ s/\./-/g;
print "$t\n";
$t = "price: 10";
$t =~ s/(\d+)/$1 * 2/e;
print "$t\n";
$t =~ s/(\w+)/\u$1/g;
print "$t\n";
$t =~ s/(\w+)/\U$1\E!/g;
print "$t\n";
print "new: ", "abc" =~ s/b/X/r, "\n";
if ("key = value" =~ /^\s*(?<k>\w+)\s*=\s*(?<v>\w+)/) { print "$+{k} -> $+{v}\n" }
print join("|", "a1b2" =~ /([a-z])(\d)/g), "\n";
my $re = qr/(\w)(\d)/i;
print "qr: $re\n";
print "match $1$2\n" if "X9" =~ $re;
print "in: $1\n" if "foo=X9;" =~ /=($re);/;
my $word = "a+b";
print "quoted\n" if "xa+bx" =~ /\Q$word\E/;
print "no\n" unless "xaabx" =~ /\Q$word\E/;
print join(",", map { /^(\d+)$/ ? "num" : /^\s*$/ ? "blank" : "text" } "12", "", "ab"), "\n";
my $multi = "line1\nline2\nline3";
print join(",", $multi =~ /^(\w+)$/mg), "\n";
print "dot\n" if $multi =~ /line1.line2/s;
print "nodot\n" unless $multi =~ /line1.line2/;
print "end\n" if "abc\n" =~ /c$/;
print "noend\n" unless "abc\n" =~ /c\z/;
print "Z\n" if "abc\n" =~ /c\Z/;
my $x = "aaa";
my $c = () = $x =~ /a/g;
print "$c\n";
print "lookahead\n" if "foobar" =~ /foo(?=bar)/;
print "neg\n" if "foobaz" =~ /foo(?!bar)/;
print "behind: $&\n" if "price \$42" =~ /(?<=\$)\d+/;
print "back: $1\n" if "hello" =~ /(.)\1/;
print "nongreedy: $1\n" if "<a><b>" =~ /<(.+?)>/;
print "x flag: $1\n" if "2024-05" =~ / (\d{4}) # year
  - \d\d /x;
my %h = (name => 'World');
my $tpl = "Hello {name}, {missing}!";
$tpl =~ s/\{(\w+)\}/exists $h{$1} ? $h{$1} : "?"/ge;
print "$tpl\n";
my $lex = "x = 10 + foo";
my @tok;
for ($lex) {
  while (1) {
    if (/\G\s+/gc) { next }
    elsif (/\G(\d+)/gc) { push @tok, "NUM($1)" }
    elsif (/\G(\w+)/gc) { push @tok, "ID($1)" }
    elsif (/\G(.)/gc) { push @tok, "OP($1)" }
    else { last }
  }
}
print "@tok\n";
$_ = "topic string";
print "topic\n" if /string/;
my ($first) = /(\w+)/;
print "$first\n";
s/topic/TOPIC/;
print;
print "\n";
tr/a-z/A-Z/;
print "$_\n";
my ($k, $v) = "a=b" =~ /(\w)=(\w)/ or die;
print "$k$v\n";
if (my ($m) = "zzz9" =~ /(\d)/) { print "m=$m\n" }
my $res = "abc" =~ /(x)/;
print "fail: [", ($res ? 1 : ''), "]\n";
print "undef group: ", defined $1 ? "def" : "undef", "\n" if "b" =~ /(a)?b/;
print join("|", split /\s*[,;]\s*/, "a , b;c ,d"), "\n";
print join("|", "aXbXc" =~ /[^X]+/g), "\n";
my $str = "2+3=5";
print join(" ", $str =~ /(\d)\+(\d)=(\d)/), "\n";
my $count = ($str =~ tr/0-9//);
print "$count digits\n";
my $path = "/usr/local/lib/perl";
my ($base) = $path =~ m{([^/]+)$};
my ($dir) = $path =~ m#^(.*)/#;
print "$base $dir\n";
$path =~ s{/usr}{/opt};
print "$path\n";
my @f = map { s/^\s+|\s+$//gr } (" a ", "b ");
print join("|", @f), "\n";
print "case\n" if "HELLO" =~ /hello/i;
my $pat = "b.d";
print "interp\n" if "abcd" =~ /a$pat/;
my @pats = (qr/^a/, qr/z$/);
for my $p (@pats) { print "matched by $p\n" if "abcz" =~ $p }
print "nested: $1 $2 $3\n" if "abc" =~ /((a)(b))/;
$x = "aXbXc";
my @parts = split /X/, $x;
print scalar(@parts), "\n";
$x =~ s/X/-/ for 1 .. 2;
print "$x\n";
$x = "hello world";
$x =~ s/(\w+)/<$1>/g;
print "$x\n";
$x =~ s/<|>//g;
print "$x\n";
my $cb = sub { uc shift };
$x =~ s/(o)/$cb->($1)/ge;
print "$x\n";
$x = "1,234,567";
(my $y = $x) =~ s/,//g;
print $y + 1, "\n";
my $num = 1234567.89;
1 while $num =~ s/^(\d+)(\d{3})/$1,$2/;
print "$num\n";
print join(",", "k1=v1&k2=v2" =~ /(\w+)=(\w+)/g), "\n";
my %q = "k1=v1&k2=v2" =~ /(\w+)=(\w+)/g;
print join(",", map { "$_:$q{$_}" } sort keys %q), "\n";
print "unicode class\n" if "abc_1" =~ /^\w+$/;
print "posix\n" if "abc" =~ /^[[:alpha:]]+$/;
print "hex \x{41}\n" if "A" =~ /\x41/;
print "alt: $1\n" if "cat dog" =~ /(dog|cat)/;
print "q: $1\n" if "aaa" =~ /^(a{2,})/;
$_ = "x1y2";
my @pairs;
push @pairs, "$1$2" while /([a-z])(\d)/g;
print "@pairs\n";
my $old = "outer";
if ("outer" =~ /(out)/) { { if ("inner" =~ /(inn)/) { print "$1 " } } print "$1\n" }
print "same line\n" if "a\tb" =~ /\t/;
print join("|", map { sprintf "%s", $_ // 'undef' } "ab" =~ /(a)(x)?(b)/), "\n";
my $p = "abcabc";
pos($p) = 3;
$p =~ /a/g;
print pos($p), "\n";
$p =~ /zzz/g;
print defined pos($p) ? "def" : "undef", "\n";
print "tr ret: ", ($p =~ tr/a-c/A-C/), " $p\n";
print "subst fails: ", ($p =~ s/q/r/ ? 1 : 0), "\n";
print join(",", "aabb" =~ /(?:a)(a)(?:b)/), "\n";
$s = "foo.bar";
print "ok $s\n" if $s =~ /^foo\.bar$/;
print "$1|$2\n" if "John Smith" =~ /^(\S+)\s+(\S+)$/;
print "last match var: ", "xyz" =~ /y/ ? "$`<$&>$'" : '', "\n";
