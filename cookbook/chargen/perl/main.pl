#!/usr/bin/perl
# A character generator: it writes as many lines as a visitor asks for, or for
# ever, and makes no more of them than the visitor takes.
#   perl main.pl PORT
use strict;
use warnings;
use POE qw(Wheel::SocketFactory Wheel::ReadWrite);

$| = 1;
my $port = shift // 19;
my $characters = join '', map { chr } 32 .. 126;

POE::Session->create(
  inline_states => {
    _start   => \&start,
    accepted => \&accepted,
    failed   => sub { die "$_[ARG0]: $_[ARG2]\n" },
    asked    => \&asked,
    low      => \&low,
    ended    => \&ended,
    stop     => sub { },
  },
  heap => { count => 0, visitors => {} },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig(INT => 'stop');
  $heap->{listener} = POE::Wheel::SocketFactory->new(
    BindAddress  => '127.0.0.1',
    BindPort     => $port,
    Reuse        => 1,
    SuccessEvent => 'accepted',
    FailureEvent => 'failed',
  );
  my ($listening) = Socket::unpack_sockaddr_in($heap->{listener}->getsockname());
  print "listening on 127.0.0.1:$listening\n";
}

sub accepted {
  my ($heap, $socket) = @_[HEAP, ARG0];
  my $wheel = POE::Wheel::ReadWrite->new(
    Handle     => $socket,
    InputEvent => 'asked',
    LowEvent   => 'low',
    HighEvent  => 'high',
    ErrorEvent => 'ended',
    HighMark   => 740,         # ten lines
    LowMark    => 74,
  );
  $heap->{visitors}{ $wheel->ID } =
    { wheel => $wheel, number => ++$heap->{count}, line => 0, left => 0, pauses => 0 };
  print "$heap->{count} is here\n";
}

# A number of lines; 0 is no end.
sub asked {
  my ($heap, $text, $id) = @_[HEAP, ARG0, ARG1];
  my $visitor = $heap->{visitors}{$id} or return;
  return $visitor->{wheel}->put('How many lines?') if $text !~ /^\d{1,9}$/;
  @$visitor{qw(left pauses)} = ($text > 0 ? $text : -1, 0);
  generate($visitor) unless $visitor->{paused};
}

sub low {
  my $visitor = $_[HEAP]{visitors}{ $_[ARG0] } or return;
  $visitor->{paused} = 0;
  generate($visitor) if $visitor->{left};
}

# Writes until all is written or the output has reached its high mark.
sub generate {
  my $visitor = shift;
  while ($visitor->{left}) {
    my $line = substr $characters x 2, $visitor->{line}++ % length $characters, 72;
    my $high = $visitor->{wheel}->put($line);
    next if --$visitor->{left} == 0 or !$high;
    $visitor->{pauses}++;
    $visitor->{paused} = 1;
    return;
  }
  print "$visitor->{number} has all, after $visitor->{pauses} pauses\n";
}

sub ended {
  my ($heap, $id) = @_[HEAP, ARG3];
  my $visitor = delete $heap->{visitors}{$id} or return;    # reading and writing may both fail
  print "$visitor->{number} has left\n";
}
