#!/usr/bin/perl
# A line echo on POE::Component::Server::TCP. usage: echo.pl PORT
use strict;
use warnings;
use POE qw(Component::Server::TCP);

POE::Component::Server::TCP->new(
  Address     => '127.0.0.1',
  Port        => $ARGV[0],
  Concurrency => -1,
  ClientInput => sub {
    my ($heap, $line) = @_[HEAP, ARG0];
    $heap->{client}->put($line) if $heap->{client};
  },
);
POE::Kernel->run;
