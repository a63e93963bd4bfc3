# The values of statements that are the last of a sub, of eval, die and jumps.
use strict;
use warnings;

sub unless_value { 'u' unless $_[0] }
sub if_value { 'i' if $_[0] }
print join(',', unless_value(0), unless_value(5), if_value(7)), "\n";
my @l = (if_value(0), if_value(''), 'end');
print scalar(@l), "\n";
print join('|', map { "x$_" if $_ > 1 } 1 .. 3), "\n";
my @stack;
sub add { push @stack, @_ }
print add(4, 5), "\n";
sub say_it { print "said\n" }
say_it() or print "not\n";
my $none = ($stack[0] =~ s/x//);
print "[$none]\n";
for my $i (1 .. 4) {
  eval { no warnings 'exiting'; next if $i == 2; last if $i == 4; print "i$i\n" };
}
eval { die "first\n" };
eval { die };
print $@;
eval { require No::Such::Module; 1 } or print "no module\n";
{ use integer; print 7 / 2, ' ', -7 / 2, ' ', -7 % 3, "\n"; my $n = 7; $n /= 2; print "$n\n" }
print 7 / 2, "\n";
sub by_args($$) { my ($x, $y) = @_; $y cmp $x }
print join(' ', sort by_args qw(b c a)), "\n";
my $name = 'by_len';
sub by_len { length $a <=> length $b }
print join(' ', sort $name qw(ccc a bb)), "\n";
{ package Const; use constant COLORS => qw(red green blue); our $VERSION = '1.5'; }
print((Const::COLORS)[1], ' ', Const->VERSION, " $Const::VERSION\n");
eval { Const->VERSION(2) };
print $@;
my @a = (1 .. 4);
delete $a[1];
delete $a[3];
print exists $a[1] ? 1 : 0, exists $a[2] ? 1 : 0, scalar(@a), "\n";
$a[6] = 1;
print exists $a[4] ? 1 : 0, exists $a[6] ? 1 : 0, "\n";
print "caller: ", (sub { (caller(0))[3] })->(), "\n";
STDOUT->printf("%s\n", 'method');
local $SIG{ALRM} = sub { die "timeout\n" };
eval { alarm 1; select undef, undef, undef, 5; alarm 0 };
print "alarm: $@";
local $SIG{USR1} = sub { print "got $_[0]\n" };
kill USR1 => $$;
{ my $text = ''; local *STDOUT; open STDOUT, '>', \$text or die; print 'lost'; close STDOUT }
print "visible\n";
print -e $0 && -f _ ? "file\n" : "none\n";
