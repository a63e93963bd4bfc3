# Tests that say the same twice, that contradict each other, and that are always true.
use strict;
use warnings;

my $count = 0;
sub next_number { return ++$count }
sub test {
	my ($n, $text) = @_;
	my $found = 0;
	$found += 1 if $n == 1 || $n == 2 || $n == 1;
	$found += 10 if $n != 1 || $n != 2;
	$found += 100 if $n == 1 && $n == 2;
	$found += 1000 if $text eq 'a' && ($n == 1 && $text eq 'a');
	$found += 10000 if $n == $n && $text eq $text;
	$found += 100000 if ($text eq 'b' || $text eq 'a') || $text eq 'b';
	return $found;
}
print test(@$_), "\n" for [1, 'a'], [2, 'a'], [3, 'b'];

my ($zero, $one) = (0, 1);
print "low\n" if not($zero) and not $zero;
print "two\n" if $one && $one;
print next_number() == next_number() ? 'same' : 'different', " $count\n";
print next_number() < 4 && next_number() < 4 ? 'both' : 'not both', " $count\n";
print next_number() - next_number(), "\n";
print $$ == $$ ? 'this process' : 'another', "\n";
my $nan = 9**9**9 / 9**9**9;
print $nan == $nan ? 'a number' : 'no number', "\n";

my $known = 3;
my $name = 'x';
print defined $known < 4 ? 'less' : 'no', defined $name ? ' defined' : ' undef', "\n";
print "never\n" unless defined $known;
print defined(later()) ? 'set' : 'not yet', "\n";
my $late = 5;
sub later { return $late }
sub known_later { return defined $late ? 'set' : 'not yet' }
print known_later(), ' ', later(), "\n";
my $maybe = $ARGV[0];
print defined $maybe ? 'argument' : 'none', "\n";
for my $i (1, 2) {
	my $half = $i == 1 ? undef : $i;
	print defined $half ? "half $half" : 'undef', "\n";
}
