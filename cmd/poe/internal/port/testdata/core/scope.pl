use strict;
use warnings;
use vars qw($pkg @list %map);

$pkg = 'global';
@list = (1, 2);
%map = (a => 1);
sub show { return "$pkg @list " . join(",", map { "$_$map{$_}" } sort keys %map) }
print show(), "\n";
{
  local $pkg = 'local';
  local @list = (9);
  local %map = (z => 26);
  print show(), "\n";
  {
    local $map{z} = 0;
    local $list[0] = 'el';
    print show(), "\n";
  }
  print show(), "\n";
}
print show(), "\n";
my $x = 1;
{
  my $x = 2;
  { my $x = 3; print "$x " }
  print "$x ";
}
print "$x\n";
for my $x (7 .. 8) { print "$x " }
print "$x\n";
my $y = 5;
for $y (1 .. 2) { print "$y " }
print "$y\n";
our $o = 'our';
sub see { $o }
for $o (1 .. 2) { print see(), " " }
print "$o\n";
my @c;
for (1 .. 3) { my $n = $_; push @c, sub { $n++ } }
print $c[0]->(), $c[0]->(), $c[1]->(), "\n";
my $i = 0;
my @d;
while ($i < 3) { my $j = $i; push @d, sub { "$j$i" }; $i++ }
print join(",", map { $_->() } @d), "\n";
if ((my $t = 5) > 3) { print "t $t\n" }
my ($a1, $b1) = (10, 20);
{ ($a1, my $b1) = (1, 2); print "$a1 $b1 " }
print "$a1 $b1\n";
$_ = 'outer';
for (1 .. 2) { inner() }
print "$_\n";
sub inner { local $_ = 'inner'; s/inn/INN/; print "$_ " }
sub uses_topic { return "<$_>" }
print join(",", map { uses_topic() } qw(a b)), "\n";
for (qw(x y)) { print uses_topic() }
print "\n";
my @r = map { my $v = $_; grep { $_ > $v } 1 .. 3 } 1 .. 2;
print "@r\n";
print join(",", map { my $o = $_; map { "$o$_" } qw(a b) } 1 .. 2), "\n";
my $str = 'abc';
for ($str) { s/a/A/; s/c/C/ }
print "$str\n";
my $cond = 0 || '' || 'last';
print "$cond\n";
my $and = 1 && 'yes' && 'final';
print "$and\n";
my $z = 0;
$z ||= 5;
$z &&= $z + 1;
print "$z\n";
my $u;
$u //= 'set';
print "$u\n";
print "unless\n" unless 0;
print "post $_ " for 1 .. 2;
print "\n";
my $ternary = $z > 5 ? 'big' : $z > 3 ? 'mid' : 'small';
print "$ternary\n";
my ($p, $q) = @{ [1, 2] };
print $p + $q, "\n";
($z > 5 ? $p : $q) = 99;
print "$p $q\n";
my @arr = (1, 2, 3);
my ($first, $last) = @arr[0, -1];
print "$first $last\n";
my $ref = \$x;
$$ref = 'via ref';
print "$x\n";
my $rr = \$ref;
print $$$rr, "\n";
my @copy = @arr;
push @copy, 4;
print scalar(@arr), scalar(@copy), "\n";
my $aref = \@arr;
push @$aref, 5;
print "@arr $$aref[0] ${$aref}[1] $aref->[2]\n";
my $cref = \&show;
print ref $cref, " ", &$cref, "\n";
my $anon = { list => [1, 2, { k => [5, 6] }] };
print $anon->{list}[2]{k}[-1], " ", scalar @{ $anon->{list} }, " ", ref $anon->{list}[2], "\n";
my ($h1, $h2) = ({}, {});
print $h1 == $h2 ? "same" : "different", " ", $h1 == $h1 ? "same" : "different", "\n";
my $n = () = (1, 2, 3);
print "$n\n";
my $str2 = "a" . 1 + 2 if 0;
BEGIN { our $begin = 'begun' }
our $begin;
print "$begin\n";
print "line ", __LINE__, " pkg ", __PACKAGE__, "\n";
print "chained: ", join(",", sort { $a <=> $b } grep { !($_ % 2) } map { $_ * 3 } 1 .. 6), "\n";
my %dispatch = map { my $n = $_; $n => sub { "$n(@_)" } } qw(start stop);
print $dispatch{start}->(1, 2), $dispatch{stop}->(), "\n";
my $nested = sub { my $l = shift; return sub { return $l . shift } };
print $nested->('a')->('b'), "\n";
print do { my $t = 3; $t * 2 }, "\n";
my $v = do { if ($z) { 'true' } else { 'false' } };
print "$v\n";
my @stack = do { my @t = (1, 2); (@t, 3) };
print "@stack\n";
print "ok\n" if not 0 and 1;
print "xor\n" if (1 xor 0);
my $long = 1
  + 2
  + 3;
print "$long\n";
print "a", "b" if 1;
print "\n";
my ($s1, $s2, $s3) = ('x') x 3;
print "$s1$s2$s3\n";
my $lref = [map { [$_, $_ ** 2] } 1 .. 3];
print join(" ", map { "$$_[0]:$_->[1]" } @$lref), "\n";
my ($one, @others) = map { $_->[1] } @$lref;
print "$one @others\n";
++$i;
print "pre $i\n";
my $e = $i++ + ++$i;
print "$e $i\n";
my @idx = (0) x 3;
$idx[$_ % 3]++ for 0 .. 7;
print "@idx\n";
my $k = 'b';
my %hh = (a => 1, $k => 2, "c$k" => 3, -d => 4);
print join(",", map { "$_=$hh{$_}" } sort keys %hh), "\n";
