#!/usr/bin/perl
# It pings the hosts whose addresses come by standard input, again and again, and says
# when one of them answers no more, or again. The end of the input ends it, once every
# host has been asked as often as it must be.
#   perl main.pl [MILLISECONDS [FAILURES [TIMES]]]
use strict;
use warnings;
use POE qw(Component::Client::Ping Wheel::ReadWrite);

$| = 1;
my $pause    = (shift // 10_000) / 1000;
my $failures = shift // 3;                 # before a host counts as down
my $times    = shift // 0;                 # 0 is without an end

POE::Component::Client::Ping->spawn(Alias => 'pinger', Timeout => 5, OneReply => 1);
POE::Session->create(
  inline_states => {
    _start => \&start,
    host   => \&host,
    ended  => sub { delete $_[HEAP]{input} },
    check  => \&check,
    pong   => \&pong,
  },
  heap => { hosts => {} },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  $_[HEAP]{input} = POE::Wheel::ReadWrite->new(
    Handle => \*STDIN, InputEvent => 'host', ErrorEvent => 'ended',    # nothing is written
  );
}

sub host {
  my ($kernel, $heap, $addr) = @_[KERNEL, HEAP, ARG0];
  return if $heap->{hosts}{$addr};
  $heap->{hosts}{$addr} = { state => 'unknown', failed => 0, asked => 0 };
  $kernel->yield(check => $addr);
}

sub check {
  my ($kernel, $heap, $addr) = @_[KERNEL, HEAP, ARG0];
  $heap->{hosts}{$addr}{asked}++;
  $kernel->post(pinger => ping => [ pong => $addr ], $addr);
}

sub pong {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  my ($addr, $from) = ($_[ARG0][3], $_[ARG1][0]);
  my $host = $heap->{hosts}{$addr};
  $host->{failed} = defined $from ? 0 : $host->{failed} + 1;
  my $state = $host->{failed} == 0 ? 'up' : $host->{failed} >= $failures ? 'down' : $host->{state};
  if ($state ne $host->{state}) {
    $host->{state} = $state;
    print "$addr is $state\n";
  }
  if ($times && $host->{asked} >= $times) {
    print "$addr: asked $host->{asked} times\n";
    return;
  }
  $kernel->delay_add(check => $pause, $addr);
}
