use strict;
use warnings;

eval { die "plain\n" };
print "1: $@";
eval { die "no newline" };
print "2: $@";
eval { die { code => 42 } };
print "3: $@->{code}\n";
eval { die [1, 2] };
print "4: @{$@}\n";
my $r = eval { 10 / 2 };
print "5: $r [", $@, "]\n";
$r = eval { 1 / 0 };
print "6: ", defined $r ? $r : 'undef', " $@";
my @l = eval { (1, 2, 3) };
print "7: @l\n";
eval { eval { die "inner\n" }; print "8: caught $@"; die "outer\n" };
print "9: $@";
package MyErr;
sub new { my ($c, %a) = @_; return bless {%a}, $c }
sub throw { my $c = shift; die $c->new(@_) }
sub msg { $_[0]{msg} }
package main;
eval { MyErr->throw(msg => 'thrown') };
if (ref $@ && $@->isa('MyErr')) { print "10: ", $@->msg, "\n" }
my $ok = eval { die "x\n"; 1 };
print "11: ", $ok ? 'ok' : 'failed', "\n";
unless (eval { die "y\n"; 1 }) { print "12: $@" }
eval { my @a = (1); my $x = $a[5]; print "13: ", defined $x ? 1 : 0, "\n" };
eval { die };
print "14: $@";
eval { eval { die "first\n" }; die };
print "15: $@";
local $@ = "kept";
print "16: $@\n";
$SIG{__WARN__} = sub { print "W: $_[0]" };
warn "careful\n";
warn "with line";
my $undef;
$SIG{__DIE__} = sub { print "D: $_[0]" };
eval { die "handled\n" };
print "17: $@";
$SIG{__DIE__} = 'DEFAULT';
sub risky { my $n = shift; die "negative\n" if $n < 0; return sqrt $n }
for my $v (4, -1) { my $res = eval { risky($v) }; print "18: ", $@ ? "error $@" : "$res\n" }
my $val = eval { die "z\n" } || 'default';
print "19: $val\n";
eval { my $h = {}; $h->{a}{b} = 1; my $x = $h->{a}{b}{c}; };
print "20: $@";
eval { my $s = "str"; my @x = @$s; };
print "21: $@";
eval { my $c = "nocode"; no strict 'refs'; &$c() };
print "22: $@";
sub with_return { eval { return 5 }; return 6 }
print "24: ", with_return(), "\n";
sub outer { my $x = eval { inner(@_) }; return $@ ? "caught: $@" : $x }
sub inner { die "inner failed at depth\n" if $_[0]; return 'fine' }
print "25: ", outer(1), "25: ", outer(0), "\n";
my $line = __LINE__;
eval { die "at line" };
print "26: ", $@ =~ /line (\d+)/ && $1 == $line + 1 ? "ok" : "no $@", "\n";
use Carp;
package Lib;
use Carp;
sub carper { croak "bad arg" }
sub warner { carp "careful there" }
package main;
eval { Lib::carper() };
print "27: $@";
{
  local $SIG{__WARN__} = sub { print "W: $_[0]" };
  Lib::warner();
}
eval { confess "long" };
print "28: ", (split /\n/, $@)[0], "\n";
for my $i (1 .. 3) { next unless eval { die "skip\n" if $i == 2; 1 }; print "29: $i\n" }
eval { local $SIG{ALRM} = sub { die "alarm\n" }; 1 } and print "30: no alarm\n";
my $err = do { local $@; eval { die "hidden\n" }; $@ };
print "31: $err";
die_in_sort();
sub die_in_sort { my @s = eval { sort { die "in sort\n" } 2, 1 }; print "32: $@" }
eval { die "multi\nline\n" };
print "33: $@";
print "34: ", (eval { die "a\n" } // 'undef'), "\n";
eval { die "obj: ", join(",", 1, 2), "\n" };
print "35: $@";
my $e = eval { die { list => [1, 2] } ; 1 } ? undef : $@;
print "36: $e->{list}[1]\n";
$! = 2;
print "37: $!\n";
printf "38: %d\n", $! + 0;
open(my $fh, '<', '/nonexistent/file') or print "39: $!\n";
print "40: ", ($!{ENOENT} ? 'ENOENT' : 'other'), "\n";
eval { open(my $g, '<', '/nonexistent') or die "cannot open: $!\n" };
print "41: $@";
END { print "END block ", $? , "\n" }
print STDERR "to stderr\n";
warn "last\n";
exit 3;
