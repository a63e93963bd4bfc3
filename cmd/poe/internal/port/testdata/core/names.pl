# Variables whose names in Go could be those that the translation makes up.
use strict;
use warnings;

my ($v1, $v2, $v3, $list2, $t4, $i5, $old6, $last) = (1 .. 8);
my $v = [];
my %v = (name => 'Bob', amount => 5);
my @v = (1, 2);
my $text = 'Hi {name}, {amount} {other}';
$text =~ s/\{(\w+)\}/exists $v{$1} ? $v{$1} : "<$1>"/ge;
print "$text @v\n";
my %seen;
my $x = $seen{a} ||= $v{name} || 'none';
my $y = ($seen{b} // 'unset') . ($v->[0] || 'empty');
my ($first) = grep { $_ > 1 } @v;
my $count = () = $text =~ /\w/g;
print "$x $y $first $count $v1 $v2 $v3 $list2 $t4 $i5 $old6 $last\n";
for my $i (1 .. 2) { for my $i2 (1 .. 2) { print $i * $i2, ' ' } }
my $n = $v{amount}++ + ++$v{amount};
print "$n\n";
