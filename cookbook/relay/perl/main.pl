#!/usr/bin/perl
# A relay: a datagram that comes in goes out to all who are connected by TCP and
# have joined its channel. Who joins late gets the last ones as well.
#   perl main.pl UDP_PORT TCP_PORT
use strict;
use warnings;
use IO::Socket::INET;
use POE qw(Component::Server::TCP);

$| = 1;
my ($udp_port, $tcp_port) = (shift // 4016, shift // 4017);
my $keep = 3;

POE::Session->create(
  inline_states => {
    _start   => \&start,
    readable => \&readable,
    join     => \&join_channel,
    leave    => \&leave,
    stop     => sub { },
  },
  heap => { members => {}, last => {}, count => 0 },
);
POE::Component::Server::TCP->new(
  Address            => '127.0.0.1',
  Port               => $tcp_port,
  Started            => \&started,
  ClientInput        => \&input,
  ClientError        => sub { },
  ClientDisconnected => sub { $_[KERNEL]->call(relay => 'leave') },
  InlineStates       => { hear => sub { $_[HEAP]{client}->put($_[ARG0]) if $_[HEAP]{client} } },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->alias_set('relay');
  $kernel->sig(INT => 'stop');
  my $socket = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $udp_port, Proto => 'udp')
    or die "port $udp_port: $!\n";
  $socket->blocking(0);
  $kernel->select_read($socket, 'readable');
  print 'listening on 127.0.0.1:', $socket->sockport, "\n";
}

sub started {
  my ($listening) = Socket::unpack_sockaddr_in($_[HEAP]{listener}->getsockname());
  print "listening on 127.0.0.1:$listening\n";
}

# A datagram is a channel's name and a text; anything else is dropped.
sub readable {
  my ($kernel, $heap, $socket) = @_[KERNEL, HEAP, ARG0];
  while (defined $socket->recv(my $datagram, 1500)) {
    if ($datagram !~ /^(\w+) ([^\r\n]+)/) {
      print "dropped ", length $datagram, " bytes\n";
      next;
    }
    my ($channel, $text) = ($1, join ' ', ++$heap->{count}, $1, $2);
    my $last = $heap->{last}{$channel} ||= [];
    push @$last, $text;
    shift @$last if @$last > $keep;
    $kernel->post($_, hear => $text) for sort keys %{ $heap->{members}{$channel} };
  }
}

sub input {
  my ($kernel, $heap, $line) = @_[KERNEL, HEAP, ARG0];
  if ($line =~ /^(join|leave) (\w+)$/) {
    $kernel->call(relay => $1 => $2);
    $heap->{client}->put("$1: $2");
  }
  else {
    $heap->{client}->put('join CHANNEL or leave CHANNEL');
  }
}

sub join_channel {
  my ($kernel, $heap, $sender, $channel) = @_[KERNEL, HEAP, SENDER, ARG0];
  $heap->{members}{$channel}{ $sender->ID } = 1;
  $kernel->post($sender, hear => $_) for @{ $heap->{last}{$channel} || [] };
}

# One channel, or all.
sub leave {
  my ($heap, $sender, $channel) = @_[HEAP, SENDER, ARG0];
  my @channels = defined $channel ? $channel : keys %{ $heap->{members} };
  delete $heap->{members}{$_}{ $sender->ID } for @channels;
}
