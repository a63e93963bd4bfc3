#!/usr/bin/perl
# A key-value service over UDP: a request and its answer are a datagram each,
# and entries can have a time to live.
#   perl main.pl PORT
use strict;
use warnings;
use Socket qw(unpack_sockaddr_in);
use POE qw(Wheel::SocketFactory);

$| = 1;
my $port = shift // 4006;

my %commands = (get => \&get, set => \&set, del => \&del, keys => \&all_keys, count => \&count);

POE::Session->create(
  inline_states => {
    _start   => \&start,
    opened   => \&opened,
    failed   => sub { die "$_[ARG0]: $_[ARG2]\n" },
    readable => \&readable,
    expired  => \&expired,
    stop     => sub { },
  },
  heap => { entries => {}, requests => 0 },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig(INT => 'stop');
  $heap->{factory} = POE::Wheel::SocketFactory->new(
    SocketProtocol => 'udp',
    BindAddress    => '127.0.0.1',
    BindPort       => $port,
    SuccessEvent   => 'opened',
    FailureEvent   => 'failed',
  );
}

# There is nothing to accept: the socket itself is what the factory makes.
sub opened {
  my ($kernel, $heap, $socket) = @_[KERNEL, HEAP, ARG0];
  delete $heap->{factory};
  $kernel->select_read($socket, 'readable');
  my ($listening) = unpack_sockaddr_in(getsockname $socket);
  print "listening on 127.0.0.1:$listening\n";
}

# Datagrams need no wheel. All that are there are read, each whole.
sub readable {
  my ($kernel, $heap, $socket) = @_[KERNEL, HEAP, ARG0];
  while (defined(my $from = recv $socket, my $request = '', 1500, 0)) {
    send $socket, answer($kernel, $heap, $request), 0, $from;
  }
}

sub answer {
  my ($kernel, $heap, $request) = @_;
  $heap->{requests}++;
  my ($name, @words) = split ' ', $request;
  my $command = $commands{ $name // '' } or return "error: no such command";
  return $command->($kernel, $heap, @words) // "error: $name with other words";
}

sub get {
  my (undef, $heap, $key) = @_;
  return unless defined $key;
  my $entry = $heap->{entries}{$key} or return 'none';
  return "value $entry->{value}";
}

# set KEY VALUE [MILLISECONDS]: the timer begins anew when an entry is set again.
sub set {
  my ($kernel, $heap, $key, $value, $time) = @_;
  return if !defined $value or defined $time && $time !~ /^\d+$/;
  my $old = del($kernel, $heap, $key) eq 'ok';
  my $entry = $heap->{entries}{$key} = { value => $value };
  $entry->{timer} = $kernel->delay_set(expired => $time / 1000, $key) if $time;
  return $old ? 'changed' : 'ok';
}

sub del {
  my ($kernel, $heap, $key) = @_;
  return unless defined $key;
  my $entry = delete $heap->{entries}{$key} or return 'none';
  $kernel->alarm_remove($entry->{timer}) if $entry->{timer};
  return 'ok';
}

sub expired {
  my ($heap, $key) = @_[HEAP, ARG0];
  delete $heap->{entries}{$key};
  print "$key has expired\n";
}

sub all_keys {
  my (undef, $heap) = @_;
  return join ' ', 'keys', sort keys %{ $heap->{entries} };
}

sub count {
  my (undef, $heap) = @_;
  return "count $heap->{requests}";
}
