#!/usr/bin/perl
# A TCP proxy that logs what passes, and reads no faster than the other side
# takes it.
#   perl main.pl PORT UPSTREAM_PORT
use strict;
use warnings;
use POE qw(Wheel::SocketFactory Wheel::ReadWrite Filter::Stream);

$| = 1;
my ($port, $upstream) = (shift // 4002, shift // 80);
my $count = 0;
my %other = (client => 'server', server => 'client');

POE::Session->create(
  inline_states => {
    _start   => \&listen_start,
    accepted => sub { new_link($_[ARG0]) },
    failed   => sub { die "$_[ARG0]: $_[ARG2]\n" },
    stop     => sub { },
  },
);
POE::Kernel->run();
print "stopped\n";

sub listen_start {
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

# A link is a session with a wheel for each side.
sub new_link {
  my ($socket) = @_;
  POE::Session->create(
    inline_states => {
      _start    => \&link_start,
      connected => \&link_connected,
      refused   => \&link_refused,
      got       => \&link_got,
      low       => \&link_low,
      flushed   => \&link_flushed,
      ended     => \&link_ended,
      _stop     => sub { },
      _child    => sub { },
    },
    heap => { number => ++$count, bytes => { client => 0, server => 0 } },
    args => [$socket],
  );
}

sub link_start {
  my ($heap, $socket) = @_[HEAP, ARG0];
  print "$heap->{number} accepted\n";
  $heap->{socket}  = $socket;
  $heap->{factory} = POE::Wheel::SocketFactory->new(
    RemoteAddress => '127.0.0.1',
    RemotePort    => $upstream,
    SuccessEvent  => 'connected',
    FailureEvent  => 'refused',
  );
}

sub link_refused {
  my ($heap, $op) = @_[HEAP, ARG0];
  print "$heap->{number} $op failed\n";
  delete @$heap{qw(factory socket)};
}

sub link_connected {
  my ($heap, $socket) = @_[HEAP, ARG0];
  delete $heap->{factory};
  add_side($heap, client => delete $heap->{socket});
  add_side($heap, server => $socket);
}

sub add_side {
  my ($heap, $side, $socket) = @_;
  my $wheel = POE::Wheel::ReadWrite->new(
    Handle       => $socket,
    Filter       => POE::Filter::Stream->new(),
    InputEvent   => 'got',
    LowEvent     => 'low',
    HighEvent    => 'high',
    FlushedEvent => 'flushed',
    ErrorEvent   => 'ended',
    HighMark     => 65536,
    LowMark      => 4096,
  );
  $heap->{wheel}{$side} = $wheel;
  $heap->{side}{ $wheel->ID } = $side;
}

sub link_got {
  my ($heap, $data, $id) = @_[HEAP, ARG0, ARG1];
  my $side = $heap->{side}{$id};
  my $to = $heap->{wheel}{ $other{$side} } or return;
  $heap->{bytes}{$side} += length $data;
  $heap->{wheel}{$side}->pause_input() if $to->put($data);
}

sub link_low {
  my ($heap, $id) = @_[HEAP, ARG0];
  my $from = $heap->{wheel}{ $other{ $heap->{side}{$id} } };
  $from->resume_input() if $from;
}

sub link_ended {
  my ($heap, $id) = @_[HEAP, ARG3];
  my $side = $heap->{side}{$id};
  delete $heap->{wheel}{$side} or return;
  my $rest = $heap->{wheel}{ $other{$side} };
  finish($heap) if !$rest or !$rest->get_driver_out_octets();
}

# What was put for the side that is left is written: the link is over.
sub link_flushed { finish($_[HEAP]) if keys %{ $_[HEAP]{wheel} } == 1 }

sub finish {
  my $heap = shift;
  delete $heap->{wheel};
  print "$heap->{number} closed: $heap->{bytes}{client} bytes up, $heap->{bytes}{server} bytes down\n";
}
