#!/usr/bin/perl -w
use strict;

# Control flow, statement modifiers and odd corners of syntax.
my @out;
sub note { push @out, @_; return scalar @out }
ROW: foreach my $r (1 .. 4) {
  COL: foreach my $c (1 .. 4) {
    next ROW if $c > $r;
    next COL if ($r + $c) % 2;
    last ROW if $r * $c == 9;
    print "$r$c ";
  }
} continue { print "| " }
print "\n";
my $n = 0;
LOOP: {
  $n++;
  last LOOP if $n > 3;
  redo LOOP;
}
print "n=$n\n";
my $i = 10;
while ($i--) { next if $i % 2; last if $i < 3; print $i } continue { print "," }
print "\n";
for (my ($a, $b) = (0, 1); $a < 20; ($a, $b) = ($b, $a + $b)) { print "$a " }
print "\n";
for (;;) { last if $n++ > 5 }
print "n=$n\n";
my @queue = (3);
while (defined(my $item = shift @queue)) { print "item $item "; push @queue, $item - 1 if $item > 0 }
print "\n";
print "yes\n" if $n == 7 and not $i;
if ($n == 1) { print "one\n" } elsif ($n == 7) { print "seven\n" } else { print "other\n" }
unless ($n) { print "zero\n" } elsif ($n > 5) { print "unless-elsif\n" }
my %d = (a => sub { 'A' . join '', @_ }, b => 'str');
for my $k (sort keys %d) { print ref $d{$k} ? $d{$k}->(1, 2) : $d{$k}, "\n" }
my $r = note('x') && note('y') || note('z');
print "r=$r @out\n";
print "chain: ", (5 > 3) + (2 > 1), "\n";
print "neg: ", - 5 + 3, " ", -(-5), " ", !1 || 'f', "\n";
my ($x, $y, $z) = (1) x 3;
$x += $y += $z += 1;
print "$x $y $z\n";
my $str = '';
$str .= $_ foreach reverse 'a' .. 'e';
print "$str\n";
$str =~ s/^(.)(.*)$/$2$1/, print "$str\n" for 1 .. 2;
my @sorted = sort { length $a <=> length $b or $a cmp $b } qw(ccc a bb aa b);
print "@sorted\n";
my ($even, $odd) = (0, 0);
$_ % 2 ? $odd++ : $even++ for 1 .. 5;
print "$even $odd\n";
my $text = join '', map { chr(ord('a') + $_) } 0 .. 5;
print $text, "\n";
print "last expr: ", (sub { my $t = shift; if ($t) { "t" } })->(1), "\n";
my @matrix = map { [ map { $_ * $_[0] // $_ } 1 .. 3 ] } 1 .. 2;
print scalar(@matrix), "x", scalar(@{ $matrix[0] }), "\n";
for my $row ([1, 2], [3, 4]) { my ($p, $q) = @$row; print $p * $q, " " }
print "\n";
my $depth = 0;
sub walk { my ($t, $d) = @_; return unless ref $t; my $s = ''; for my $k (sort keys %$t) { $s .= ('  ' x $d) . "$k\n"; my $sub = walk($t->{$k}, $d + 1); $s .= $sub if defined $sub } return $s }
print walk({ a => { b => 1, c => { d => 1 } }, e => 1 }, 0);
my $result = do { local $_ = 'abc'; tr/a-c/d-f/; $_ };
print "$result\n";
print "complex: $d{b} @{[ $d{a}->('z') ]} ${\($n + 1)}\n";
my ($m) = sort { $b <=> $a } map { length } qw(a bbb cc);
print "$m\n";
my $s = sprintf "%s", join '-', grep { defined && length } ('a', undef, '', 'b');
print "$s\n";
print 'single \'quoted\' \\ back', q{ braces {nested} }, q(parens (too)), qq{ interp $n\n};
print "a" x 3 . "\n", "=" x 10, "\n";
my @list = (1, 2, 3,);
print "trailing $#list\n";
my ($q1, $q2) = (qw(a b c))[1, 2];
print "$q1$q2\n";
my $h = { map { $_ => 1 } qw(x y) };
print join(",", sort keys %$h), "\n";
print "num ", 1_000 + 0b11 + 0xf + 010, "\n";
print "exp ", 2 ** 3 ** 0, " ", (2 + 3) * 4, " ", 2 + 3 * 4 % 5, "\n";
print "str cmp ", ('a' lt 'b' and 'B' lt 'a') ? 'ok' : 'no', "\n";
print "range: @{[ grep { /[02468]$/ } 1 .. 10 ]}\n";
my @a = (1) ; my @b = (@a, 2); my @c = (@b) x 2;
print "@c\n";
print "ok: ", (grep { $_ eq 'b' } qw(a b)) ? 'found' : 'none', "\n";
@a = (3, 1, 2);
my @idx = sort { $a[$a] <=> $a[$b] } 0 .. $#a;
print "@idx\n";
print "length undef: ", defined(length(undef)) ? 'def' : 'undef', "\n";
my %seen; my @dups = grep { $seen{$_}++ == 1 } qw(a b a c b a);
print "@dups\n";
my $fmt = "%s=%s;" x 2;
printf "$fmt\n", 'a', 1, 'b', 2;
my @sp = (split //, 'abc')[0, 2];
print "@sp\n";
my $t = "x"; $t x= 3; $t .= 'y'; print "$t\n";
my $num = 5; $num **= 2; $num %= 7; $num <<= 2; $num |= 1; $num ^= 3; $num -= 1; $num /= 2; print "$num\n";
if (($x, $y) = (5, 6)) { print "list assign $x $y\n" }
my $cnt = (my @tmp = (1, 2, 3));
print "$cnt\n";
{ local $| = 1; print "autoflush\n" }
print "$0\n" =~ /\.pl$/m ? "name ok\n" : "name $0\n";
print "heredoc: ", lc(<<X), "after\n";
SHOUT
X
print "@{[ map { $_->{v} } sort { $a->{k} cmp $b->{k} } ({ k => 'b', v => 2 }, { k => 'a', v => 1 }) ]}\n";
my $code = sub { return unless defined wantarray; return wantarray ? 'l' : 's' };
my @l = $code->(); my $sc = $code->(); $code->();
print "@l $sc\n";
goto_less(3);
sub goto_less { my $v = shift; return print("zero\n") if !$v; @_ = ($v - 1); goto &goto_less }
print "end\n";
