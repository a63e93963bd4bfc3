#!/usr/bin/perl
# An echo server on a unix socket: one session has all the connections, each a
# wheel that the heap knows by its ID.
#   perl main.pl PATH
use strict;
use warnings;
use Socket qw(AF_UNIX);
use POE qw(Wheel::SocketFactory Wheel::ReadWrite);

$| = 1;
my $path = shift // '/tmp/echo.sock';

POE::Session->create(
  inline_states => {
    _start   => \&start,
    accepted => \&accepted,
    failed   => sub { die "$path: $_[ARG0]: $_[ARG2]\n" },
    line     => \&line,
    flushed  => \&flushed,
    ended    => sub { hang_up($_[HEAP], $_[ARG3]) },
    stop     => \&stop,
  },
  heap => { count => 0, wheels => {} },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig(INT => 'stop');
  unlink $path;    # of a server that has crashed
  $heap->{listener} = POE::Wheel::SocketFactory->new(
    SocketDomain => AF_UNIX,
    BindAddress  => $path,
    SuccessEvent => 'accepted',
    FailureEvent => 'failed',
  );
  print "listening on $path\n";
}

sub accepted {
  my ($heap, $socket) = @_[HEAP, ARG0];
  my $wheel = POE::Wheel::ReadWrite->new(
    Handle       => $socket,
    InputEvent   => 'line',
    FlushedEvent => 'flushed',
    ErrorEvent   => 'ended',
  );
  my $number = ++$heap->{count};
  $heap->{wheels}{ $wheel->ID } = { wheel => $wheel, number => $number, lines => 0 };
  $wheel->put("You are number $number.");
}

sub line {
  my ($heap, $line, $id) = @_[HEAP, ARG0, ARG1];
  my $client = $heap->{wheels}{$id} or return;    # said after its "bye"
  $client->{lines}++;
  $client->{wheel}->put($line);
  $client->{leaving} = 1 if $line eq 'bye';
}

# All that was put is written, the answer to "bye" as well.
sub flushed {
  my ($heap, $id) = @_[HEAP, ARG0];
  hang_up($heap, $id) if $heap->{wheels}{$id}{leaving};
}

sub hang_up {
  my ($heap, $id) = @_;
  my $client = delete $heap->{wheels}{$id};    # and with it the wheel
  print "number $client->{number} said $client->{lines} lines\n";
}

# Without wheels there is nothing to wait for.
sub stop {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig_handled();
  $kernel->sig('INT');
  delete @$heap{qw(listener wheels)};
  unlink $path;
}
