#!/usr/bin/perl
# A port forwarder: each connection to a port of this host is joined with one
# to a port of another. What a client says before its other half is connected
# waits for it.
#   perl main.pl PORT:HOST:PORT ...
use strict;
use warnings;
use POE qw(Component::Server::TCP Component::Client::TCP Filter::Stream);

$| = 1;
die "usage: $0 PORT:HOST:PORT ...\n" unless @ARGV;
forward(split /:/) for @ARGV;

POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('control'); $_[KERNEL]->sig(INT => 'stop') },
    stop   => sub { },
  },
);
POE::Kernel->run();
print "stopped\n";

sub forward {
  my ($port, $host, $to) = @_;
  POE::Component::Server::TCP->new(
    Address            => '127.0.0.1',
    Port               => $port,
    Started            => \&started,
    ClientFilter       => 'POE::Filter::Stream',
    ClientArgs         => [ $host, $to ],
    ClientConnected    => \&near_connected,
    ClientInput        => \&near_input,
    ClientError        => sub { },
    ClientDisconnected => sub { $_[KERNEL]->post($_[HEAP]{far}, 'shutdown') },
    InlineStates       => {
      ready => \&near_ready,
      hear  => sub { $_[HEAP]{client}->put($_[ARG0]) if $_[HEAP]{client} },
    },
  );
}

sub started {
  my ($listening) = Socket::unpack_sockaddr_in($_[HEAP]{listener}->getsockname());
  print "listening on 127.0.0.1:$listening\n";
}

# The far half is a session of its own, which knows the near one by its ID.
sub near_connected {
  my ($heap, $session, $host, $to) = @_[HEAP, SESSION, ARG0, ARG1];
  my $near = $session->ID;
  $heap->{far} = POE::Component::Client::TCP->new(
    RemoteAddress => $host,
    RemotePort    => $to,
    Filter        => 'POE::Filter::Stream',
    Connected     => sub { $_[KERNEL]->post($near, 'ready') },
    ServerInput   => sub { $_[KERNEL]->post($near, hear => $_[ARG0]) },
    ServerError   => sub { },
    Disconnected  => sub { $_[KERNEL]->post($near, 'shutdown') },
    ConnectError  => sub {
      print "$host:$to: $_[ARG0] failed\n";
      $_[KERNEL]->post($near, 'shutdown');
    },
    InlineStates => { hear => sub { $_[HEAP]{server}->put($_[ARG0]) if $_[HEAP]{connected} } },
  );
  $heap->{waiting} = [];
}

sub near_input {
  my ($kernel, $heap, $data) = @_[KERNEL, HEAP, ARG0];
  return push @{ $heap->{waiting} }, $data if $heap->{waiting};
  $kernel->post($heap->{far}, hear => $data);
}

sub near_ready {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->post($heap->{far}, hear => $_) for @{ delete $heap->{waiting} };
}
