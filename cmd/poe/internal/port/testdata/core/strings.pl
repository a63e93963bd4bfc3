use strict;
use warnings;

my $s = "Hello, World";
print length($s), " ", uc $s, " ", lc $s, " ", ucfirst lc $s, " ", lcfirst $s, "\n";
print substr($s, 0, 5), "|", substr($s, -5), "|", substr($s, 7), "|", substr($s, 2, -3), "|", substr($s, -5, 2), "\n";
substr($s, 0, 5) = "HELLO";
print "$s\n";
substr($s, 0, 5, "Howdy");
print "$s\n";
my $r = \substr($s, 0, 1) if 0;
print index($s, "o"), " ", index($s, "o", 2), " ", index($s, "zz"), " ", rindex($s, "o"), " ", rindex($s, "o", 5), "\n";
print index("abc", ""), " ", index("abc", "", 10), " ", rindex("abc", ""), "\n";
print join("|", split(/,/, "a,b,,c,,")), "\n";
print join("|", split(/,/, "a,b,,c,,", -1)), "\n";
print join("|", split(/,/, "a,b,c,d", 2)), "\n";
print join("|", split(//, "abc")), "\n";
print join("|", split(/(,)/, "a,b,c")), "\n";
print join("|", split(" ", "  a  b c ")), "\n";
print join("|", split(/ /, "  a  b")), "\n";
print join("|", split(/^/, "a\nb\nc\n")), "\n";
print scalar(my @x = split(/,/, "")), "\n";
print join("|", split(/b/i, "aBcbd")), "\n";
print join("|", map { defined $_ ? $_ : 'undef' } split(/(a)|b/, "1a2b3")), "\n";
print "abc" x 3, "|", "-" x 0, "|", "x" x -1, "|", join(",", (1, 2) x 2), "\n";
print "a" . "b" x 3 . "c", "\n";
print reverse("abc"), " ", scalar reverse("abc"), " ", scalar reverse("abc", "def"), "\n";
print ucfirst(join(" ", map { lc } qw(A B C))), "\n";
print "abc" lt "abd" ? 1 : 0, "abc" gt "abd" ? 1 : 0, "a" le "a" ? 1 : 0, "B" lt "a" ? 1 : 0, "\n";
print ord("A"), " ", chr(66), " ", ord(""), " ", ord("abc"), "\n";
print "tab\there\n", 'single $novar\n', "\n";
print "\x41\x{42}\103\e[0m\a\0" eq "ABC\033[0m\007\000" ? "same\n" : "differ\n";
my @a = (1, 2, 3);
my %h = (k => 'v', 'a b' => 2);
print "array: @a, elem: $a[1], last: $a[-1] $a[$#a], slice: @a[0,1], hash: $h{k} $h{'a b'} @h{'k','a b'}\n";
print "expr: @{[ 1 + 2 ]} ${\ scalar(@a)}\n";
my $ref = { list => [10, 20, { deep => 'x' }], name => 'n' };
print "ref: $ref->{name} $ref->{list}[1] $ref->{list}->[2]{deep} $$ref{name} @{$ref->{list}}[0,1]\n";
print "email\@host.com costs \$5 and 50%\n";
my $name = 'var';
print "${name}iable $name-x $name\[0] $name\{a}\n";
print "time: ${\ join('-', 1, 2)}\n";
{
  local $" = '-';
  print "@a\n";
  local $, = ',';
  local $\ = "!\n";
  print 1, 2, 3;
}
my $text = <<"END" . "after\n";
Dear $name,
  indented @{[ scalar @a ]}
END
print $text;
print <<'RAW';
No $interp here\n
RAW
print <<~INDENT;
    stripped
      two more
    end
    INDENT
print <<A, <<B;
first
A
second
B
(my $copy = $s) =~ s/World/Perl/;
print "$copy|$s\n";
my $str = "aaa";
(my $t = $str) =~ tr/a/b/;
print "$t $str\n";
print "count: ", ($str =~ tr/a//), "\n";
$str = "Hello World 123";
(my $u = $str) =~ tr/a-zA-Z//cd;
print "$u\n";
($u = $str) =~ tr/a-z/A-Z/;
print "$u\n";
($u = $str) =~ tr/a-zA-Z/n-za-mN-ZA-M/;
print "$u\n";
($u = "aabbccdd") =~ tr/a-c//s;
print "$u\n";
($u = "hello") =~ tr/a-y/b-z/;
print "$u\n";
print "hello" =~ tr/a-y/b-z/r, "\n";
($u = "a-b_c") =~ tr/-_/  /;
print "$u\n";
($u = "abc") =~ tr/abc/x/;
print "$u\n";
($u = "abcabc") =~ tr/abc/xy/d;
print "$u\n";
my $line = "text\n";
chomp $line;
chomp $line;
print "[$line]\n";
my $chopped = "text";
chop $chopped;
print "[$chopped]\n";
my @lines = ("a\n", "b\n", "c");
chomp @lines;
print "@lines\n";
print "repeat\n" x 2;
print "-" x 10, "\n";
print lc("ÀB"), "\n" if 0;
print join(",", sort qw(banana Apple cherry 10 9 2)), "\n";
print join(",", sort { $a <=> $b } qw(10 9 2 33 1)), "\n";
print join(",", sort { $b cmp $a } qw(b a c)), "\n";
print join(",", reverse sort { lc $a cmp lc $b } qw(b A c)), "\n";
print "ok\n" if "abc" =~ /b/ && "abc" !~ /d/;
print quotemeta("a.b*c"), "\n";
print join(",", unpack("A3 A3", "foobar")), " ", pack("A3n", "abcd", 258) eq "abc\x01\x02" ? "ok" : "no", "\n";
print join(",", unpack("N n C a*", pack("N n C a*", 1, 2, 3, "rest"))), "\n";
print unpack("H*", "abc"), " ", pack("H4", "4142"), " ", unpack("%32C*", "abc"), "\n";
print sprintf("%s", join ",", map { sprintf "%02x", ord } split //, "AZ"), "\n";
print "x" . 1 + 2, "\n" if 0;
print "a" . 1 . "b" . 2.50 . "\n";
print "$a[0]$a[1]", "$a[-2]\n";
print "@{[map { $_ * 2 } @a]}\n";
print "last: $#a $#{$ref->{list}} $#{[1,2]}\n";
my @parts = ("a=1; b=2" =~ /(\w)=(\d)/g);
print "@parts\n";
print join("|", "2024-01-15" =~ /^(\d+)-(\d+)-(\d+)$/), "\n";
print ucfirst("élan"), "\n";
print "abc" . "def" eq "abcdef" ? "yes\n" : "no\n";
print "z" . "a" lt "zb" ? "lt\n" : "ge\n";
my ($first, @rest) = split ' ', "one two three";
print "$first: @rest\n";
print "nested: @{[ map { \"<$_>\" } @a ]}\n";
print "joined: " . join(", ", map { "$_=$h{$_}" } sort keys %h) . "\n";
printf "%-10s|%5s|\n", "left", "right";
printf "%s\n", "a" lt "b" ? "less" : "more";
printf STDOUT "%s-%s\n", "x", "y";
print STDOUT "to stdout\n";
print {*STDOUT} "glob\n";
print "done", "\n";
