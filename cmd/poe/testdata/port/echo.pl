# An echo server that counts.
use strict;
use warnings;
use POE qw(Component::Server::TCP);

$| = 1;
my $total = 0;

POE::Component::Server::TCP->new(
  Alias           => 'echo',
  Address         => '127.0.0.1',
  Port            => shift // 0,
  Started         => \&started,
  ClientConnected => sub { $_[HEAP]{lines} = 0 },
  ClientInput     => \&line,
  ClientError     => sub { },
);
POE::Kernel->run();
print "echoed $total lines\n";

sub started {
  my ($port) = Socket::unpack_sockaddr_in($_[HEAP]{listener}->getsockname());
  print "listening on 127.0.0.1:$port\n";
}

sub line {
  my ($kernel, $heap, $text) = @_[KERNEL, HEAP, ARG0];
  $heap->{lines}++;
  $total++;
  $heap->{client}->put("$heap->{lines} $text");
  if ($text eq 'stop') {
    $kernel->yield('shutdown');
    $kernel->post(echo => 'shutdown');
  }
}

sub never { 1 }
