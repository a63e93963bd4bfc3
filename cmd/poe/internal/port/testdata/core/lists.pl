use strict;
use warnings;

my @a = (5, 3, 9, 1);
print "@a[1..2] $#a ", scalar(@a), "\n";
push @a, 7, 8;
unshift @a, 0;
print "@a\n";
print pop @a, " ", shift @a, " @a\n";
my @removed = splice @a, 1, 2;
print "@removed | @a\n";
splice @a, 1, 0, 'x', 'y';
print "@a\n";
splice @a, -1, 1, 'end';
print "@a\n";
splice @a, 2;
print "@a\n";
my @b = (1 .. 5, 'a' .. 'e', 'aa' .. 'ad', '08' .. '11');
print "@b\n";
print "$b[-1] $b[$#b] $b[0]\n";
my ($x, $y, @z) = (1, 2, 3, 4);
print "$x $y @z\n";
($x, $y) = ($y, $x);
print "$x $y\n";
my $count = () = "abcabc" =~ /b/g;
print "$count\n";
my $last = (10, 20, 30)[-1];
print "$last ", (sort { $b <=> $a } 3, 1, 2)[0], " ", (split /,/, 'a,b,c')[1], "\n";
my $n = @z;
my ($first) = @z;
print "$n $first ", scalar(@z), " ", @z + 0, " ", "@z[0]", "\n";
print "last element: $z[-1] $z[$#z]\n";
print exists $z[1] ? "yes" : "no", exists $z[5] ? "yes" : "no", "\n";
$z[5] = 'far';
print join(",", map { defined $_ ? $_ : 'undef' } @z), "\n";
$#z = 1;
print "@z ", scalar(@z), "\n";
@z = ();
print "empty\n" unless @z;
my @sorted = sort @b[0 .. 4];
my @nested = ([1, 2], [3, [4, 5]]);
print $nested[1][1][0], " ", $nested[0]->[1], " ", scalar(@{$nested[1]}), " $#{$nested[1]}\n";
push @{$nested[2]}, 'auto', 'viv';
print "@{$nested[2]}\n";
my @copy = @{$nested[0]};
$copy[0] = 99;
print "$nested[0][0] $copy[0]\n";
print join(",", map { $_ * 2 } grep { $_ % 2 } 1 .. 6), "\n";
print join(",", map { ($_, $_ * 10) } 1 .. 3), "\n";
print join(",", map { { name => $_ }->{name} } qw(a b)), "\n";
print join(",", map +($_ => 1), qw(a b)), "\n";
my %sq = map { $_ => $_ ** 2 } 1 .. 3;
print join(",", map { "$_=$sq{$_}" } sort keys %sq), "\n";
print scalar(grep { $_ > 2 } 1 .. 5), "\n";
my ($found) = grep { $_ eq 'b' } qw(a b c);
print "$found\n";
print "any\n" if grep { $_ == 3 } 1 .. 5;
for my $i (reverse 0 .. 2) { print $i }
print "\n";
for (my $i = 0, my $j = 10; $i < 3; $i++, $j--) { print "$i-$j " }
print "\n";
my @arr = (1, 2, 3);
$_ *= 2 for @arr;
print "@arr\n";
for my $e (@arr) { $e += 1 }
print "@arr\n";
s/^/x/ for @arr;
print "@arr\n";
my @m = map { s/x//; $_ } @arr;
print "@m | @arr\n";
my ($p, $q) = (1, 2);
for ($p, $q) { $_ *= 10 }
print "$p $q\n";
my %h = (a => 1, b => 2);
$_++ for values %h;
print join(",", map { "$_$h{$_}" } sort keys %h), "\n";
OUTER: for my $i (1 .. 3) {
  for my $j (1 .. 3) {
    next OUTER if $j == 2;
    last OUTER if $i == 3;
    print "$i$j ";
  }
}
print "\n";
my $k = 0;
while (1) { last if ++$k > 3; next if $k == 2; print $k }
print "\n";
until ($k <= 0) { $k-- }
print "$k\n";
do { print $k++ } while ($k < 3);
print "\n";
do { print $k-- } until $k <= 0;
print "\n";
{
  print "block ";
  last;
  print "never";
}
print "after\n";
my $i = 0;
{
  $i++;
  redo if $i < 3;
}
print "redo $i\n";
my $tries = 0;
for my $v (1 .. 2) {
  $tries++;
  redo if $tries == 1;
  print "v$v t$tries ";
}
print "\n";
my @stack = 1 .. 3;
while (my $e = shift @stack) { print $e; push @stack, 9 if $e == 1 }
print "\n";
while (my ($idx, $val) = each @arr) { print "$idx=$val " }
print "\n";
print "wantarray: ", join(",", map { defined $_ ? $_ : 'undef' } ctx(), scalar(ctx())), "\n";
sub ctx { return wantarray ? 'list' : defined(wantarray) ? 'scalar' : 'void' }
print join(",", (1) x 3), " ", "=" x 5, "\n";
print "@{[ (1, 2, 3)[1, 2] ]}\n";
my @two = ([1, 'a'], [2, 'b']);
print join(";", map { join ",", @$_ } @two), "\n";
my ($min, $max) = (sort { $a <=> $b } 5, 2, 8)[0, -1];
print "$min $max\n";
print "list in scalar: ", scalar(my ($aa, $bb) = (1, 2, 3)), "\n";
my $c = my @l = (7, 8, 9);
print "$c\n";
print "comma: ", (4, 5, 6)[2], "\n";
my @e = (1, (), 2, ((), ()), 3);
print scalar(@e), "\n";
print "in order: @{[sort { $a->[0] <=> $b->[0] || $a->[1] cmp $b->[1] } @two]}[0]\n" if 0;
my @del = (1 .. 5);
delete $del[4];
print scalar(@del), "\n";
@del[0, 1] = @del[1, 0];
print "@del\n";
my ($u, undef, $w) = (1, 2, 3);
print "$u $w\n";
my @un = do { my %s; grep { !$s{$_}++ } qw(a b a c b) };
print "@un\n";
print join(" ", map { sprintf "%02d", $_ } 1 .. 3), "\n";
print "join nested: ", join(",", map { join "", @$_ } [1, 2], [3]), "\n";
local $, = "-";
print 1, 2, 3;
print "\n";
$, = undef;
print "lc: ", (join ",", map lc, qw(A B)), "\n";
print "ranges: ", join(",", 'x' .. 'ab'), " ", join(",", 3 .. 1), " ", join(",", 2.5 .. 4.5), "\n";
my @arr2 = (0) x 5;
$arr2[$_] += $_ for 0 .. $#arr2;
print "@arr2\n";
print "neg: $arr2[-2]\n";
print "exists\n" if exists $arr2[-1];
my ($only) = (sort { $a <=> $b } 10, 9)[0];
print "$only\n";
print "rev: ", join(",", reverse 1 .. 3), "\n";
my @aoh = ({ n => 1 }, { n => 2 });
print join(",", map { $_->{n} } @aoh), "\n";
print "sum: ", eval { my $t = 0; $t += $_ for 1 .. 10; $t }, "\n";
