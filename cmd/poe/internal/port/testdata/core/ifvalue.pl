# The value of a sub or a handler that ends in an if of which no branch runs.
use strict; use warnings; use POE;
my %h = (zero => 0, empty => '', undef => undef);
sub show { defined $_[0] ? "<$_[0]>" : 'undef' }
POE::Session->create(inline_states => {
  _start => sub { my ($k, $s) = @_[KERNEL, SESSION]; for my $e (qw(cmp var array elsif unless key and match run both)) { print "$e: ", show(scalar $k->call($s, $e, 0)), "\n" }
     my @l = $k->call($s, 'cmp', 0); print scalar(@l), "\n"; },
  cmp => sub { my $x = $_[ARG0]; if ($x > 5) { 'big' } },
  var => sub { my $x = $_[ARG0]; if ($x) { 'true' } },
  array => sub { my @l = (); if (@l) { 'some' } },
  elsif => sub { my $x = $_[ARG0]; if ($x == 1) { 'one' } elsif ($x eq 'two') { 'two' } },
  unless => sub { my $x = $_[ARG0]; unless ($x == 0) { 'not' } },
  key => sub { if ($h{undef}) { 1 } },
  and => sub { my $x = $_[ARG0]; if ($x == 0 && $x eq 'q') { 1 } },
  match => sub { my $x = $_[ARG0]; if ($x =~ /^(\d)x/) { $1 } },
  run => sub { my $x = $_[ARG0]; if ($x == 0) { return } },
  both => sub { my $x = $_[ARG0]; if ($x == 0) { "ran $x" } else { 'no' } },
});
POE::Kernel->run;
sub g { my $x = shift; if ($x == 1) { 'one' } }
sub u { my $x = shift; unless ($x != 1) { 'one' } }
sub a { my @l = @_; if (@l) { 'one' } }
print show(scalar g(2)), show(scalar u(2)), show(scalar a()), "\n";
my @x = g(2); print scalar(@x), "\n";
