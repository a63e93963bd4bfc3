# What a sub, a loop or map does to $_, to @_ and to elements is seen outside.
use strict;
use warnings;

sub each_item(&\@) { my ($code, $arr) = @_; for (@$arr) { $code->() } }
my @items = (1, 2, 3);
each_item { $_ *= 2 } @items;
print "@items\n";

sub trim { s/^\s+|\s+$//g }
my @lines = ('  a ', ' b');
trim() for @lines;
print join('|', @lines), "\n";

my $str = 'abc';
my $change = sub { $_[0] = 'changed' };
$change->($str);
print "$str\n";
{ package Setter; sub new { bless {}, shift } sub fill { $_[1] = 'filled'; return 1 } }
my %h = (a => 1, b => 2, c => 3);
Setter->new->fill($h{a});
print "$h{a}\n";
$_ .= '!' for @h{qw(b c)};
my @x = (1, 2);
my $y = 3;
$_++ for @x, $y, $h{n};
print join(',', map { "$_=$h{$_}" } sort keys %h), " @x $y\n";
for my $v (@x) { for ($v) { $_ *= 10 } }
print "@x\n";
my @n = map { s/a/b/; $_ } my @copy = qw(aa ba);
print "@n @copy\n";

sub show { "shown\n" }
{ no warnings 'redefine'; local *show = sub { "replaced\n" }; print show() }
print show();
our ($p, @q) = (1, 2);
{ local ($p, @q) = (8, 7, 6); print "$p @q\n" }
print "$p @q\n";
{ local $ENV{PORT_TEST} = 'set'; print `echo \$PORT_TEST` }
print exists $ENV{PORT_TEST} ? "there\n" : "gone\n";
my $part = 'hello';
my $ref = \substr($part, 0, 2);
$$ref = 'HE';
print "$part\n";
