# Statements of which some have no translation: each must be accounted for.
use strict;
use warnings;

my $code = 'print 1';
eval $code;
tie my %h, 'Nothing';
format STDOUT =
@<<<
$code
.
my @list = map { my $x = $_; $x * 2 } 1 .. 3;
for my $i (@list) {
  next if $i == 2;
  if ($i == 4) { last } elsif ($i > 5) { print "more\n" } else { print "less\n" }
  while (1) { last }
  do { print "once\n" } while 0;
}
sub value { my $n = shift; if ($n) { return 1 } else { 2 } }
sub nothing { return; print "never\n"; value(1) }
my $sub = sub { my @x = @_; { local $_ = 1; return @x } };
given ($code) { when (1) { print "x\n" } }
print value($_), "\n" for 1 .. 2;
unless (@list) { print "empty\n" } else { s/a/b/ for my @copy = @list }
LINE: { redo LINE if 0; last LINE }
my $text = join ',', sort { my $r = $a <=> $b; $r } @list;
$text =~ s/(\d)/my $y = $1; $y + 1/e;
print "$text\n" if $text and not $code;
undefined_function($text) or die;
