# ClientPreConnect that returns anything but a handle refuses the connection: neither
# ClientConnected nor ClientDisconnected comes, the client reads the end of the stream, and
# the count goes down when the session has stopped.  It may return another handle.
use strict; use warnings; use Socket; use POE qw(Component::Server::TCP); $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub connect_to { socket(my $s, AF_INET, SOCK_STREAM, 0) or die; connect($s, pack_sockaddr_in(shift, INADDR_LOOPBACK)) or die; return $s }

my ($port, $client, $seen, $heap);
my ($near, $far);
socketpair($near, $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die;
POE::Component::Server::TCP->new(
  Alias => 'server', Address => '127.0.0.1', Port => 0,
  Started => sub { $heap = $_[HEAP]; ($port) = unpack_sockaddr_in($_[HEAP]{listener}->getsockname); return },
  ClientPreConnect => sub {
    out('ClientPreConnect', ++$seen, 'connections', $heap->{connections}, 'ip', $_[HEAP]{remote_ip});
    return if $seen == 1;
    return $near if $seen == 2;
    return $_[ARG0];
  },
  ClientConnected => sub { out('ClientConnected', $seen); return },
  ClientInput => sub { out('ClientInput', $_[ARG0]); $_[HEAP]{client}->put("echo $_[ARG0]"); $_[KERNEL]->yield('shutdown'); return },
  ClientDisconnected => sub { out('ClientDisconnected', $seen); return },
  Stopped => sub { out('Stopped', 'connections', $_[HEAP]{connections}) },
);
my @plan = (
  sub { $client = connect_to($port); return },
  sub { out('refused: read', sysread($client, my $buf, 10), 'connections', $heap->{connections}); return },
  sub { $client = connect_to($port); syswrite $far, "through the pair\n"; return },
  sub { sysread $far, my $buf, 100; $buf =~ s/\r\n/|/; out('far end got', $buf); return },
  sub { $client = connect_to($port); syswrite $client, "direct\n"; return },
  sub { sysread $client, my $buf, 100; $buf =~ s/\r\n/|/; out('client got', $buf); $poe_kernel->post(server => 'shutdown'); return },
);
POE::Session->create(inline_states => {
  _start => sub { $_[KERNEL]->yield('step') },
  step   => sub { my $code = shift @plan or return; $code->(); $_[KERNEL]->delay(pause => 0.02, 10); return },
  pause  => sub { $_[KERNEL]->yield($_[ARG0] ? (pause => $_[ARG0] - 1) : 'step') },
});
$poe_kernel->run();
