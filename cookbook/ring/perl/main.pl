#!/usr/bin/perl
# Sessions in a ring, each of which knows the next one alone. They elect a
# leader, which sends a token around and leaves; those that are left begin again.
#   perl main.pl NUMBER...
use strict;
use warnings;
use POE;

$| = 1;
my @numbers = @ARGV ? @ARGV : (3, 7, 1, 9, 4);
my $rounds = 2;

for my $i (0 .. $#numbers) {
  POE::Session->create(
    inline_states => {
      _start    => sub { $_[KERNEL]->alias_set("node $_[HEAP]{number}") },
      begin     => \&begin,
      candidate => \&candidate,
      token     => \&token,
      farewell  => \&farewell,
      _stop     => sub { print "$_[HEAP]{number} is gone\n" },
    },
    heap => { number => $numbers[$i], next => $numbers[ ($i + 1) % @numbers ] },
  );
}
$poe_kernel->post("node $numbers[0]" => begin => $numbers[0]);
POE::Kernel->run();
print "stopped\n";

sub pass_on {
  my ($heap, $event, @args) = @_;
  $poe_kernel->post("node $heap->{next}" => $event => @args);
}

# All put themselves forward, from the first on.
sub begin {
  my ($heap, $first) = @_[HEAP, ARG0];
  pass_on($heap, candidate => $heap->{number}, 1);
  pass_on($heap, begin => $first) if $heap->{next} != $first;
}

# A candidate that comes to a greater one is out. Who comes back to itself has
# seen them all.
sub candidate {
  my ($heap, $number, $hops) = @_[HEAP, ARG0, ARG1];
  return if $number < $heap->{number};
  return pass_on($heap, candidate => $number, $hops + 1) if $number > $heap->{number};
  print "$number leads a ring of $hops\n";
  pass_on($heap, token => $number, 1, $number);
}

# The token collects who has had it.
sub token {
  my ($heap, $leader, $round, @path) = @_[HEAP, ARG0 .. $#_];
  if ($leader != $heap->{number}) {
    return pass_on($heap, token => $leader, $round, @path, $heap->{number});
  }
  print "round $round: @path\n";
  return pass_on($heap, token => $leader, $round + 1, $leader) if $round < $rounds;
  pass_on($heap, farewell => $leader, $heap->{next}) if $heap->{next} != $leader;
  $_[KERNEL]->alias_remove("node $leader");
}

# It is the one before the leader that has to know.
sub farewell {
  my ($heap, $leader, $next) = @_[HEAP, ARG0, ARG1];
  return pass_on($heap, farewell => $leader, $next) if $heap->{next} != $leader;
  $heap->{next} = $next;
  $_[KERNEL]->yield(begin => $heap->{number});
}
