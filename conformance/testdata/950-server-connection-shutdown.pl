# "shutdown" in a connection is an event: the lines that came in the same chunk are still
# handed over, later ones are ignored while the output drains; ClientFlushed comes before
# ClientDisconnected.  A second shutdown does no harm.  With nothing to write the connection
# ends at once.  set_concurrency changes the limit and disconnects nobody.
use strict; use warnings; use Socket; use POE qw(Component::Server::TCP); $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub connect_to { socket(my $s, AF_INET, SOCK_STREAM, 0) or die; connect($s, pack_sockaddr_in(shift, INADDR_LOOPBACK)) or die; return $s }
sub steps {
  my ($turns, @plan) = @_;
  POE::Session->create(inline_states => {
    _start => sub { $_[KERNEL]->yield('step') },
    step   => sub { my $code = shift @plan or return; $code->(); $_[KERNEL]->delay(pause => 0.02, $turns); return },
    pause  => sub { $_[KERNEL]->yield($_[ARG0] ? (pause => $_[ARG0] - 1) : 'step') },
  });
  return;
}

my ($port, @clients, $heap, $n);
POE::Component::Server::TCP->new(
  Alias => 'server', Address => '127.0.0.1', Port => 0, Concurrency => 1,
  Started => sub { $heap = $_[HEAP]; ($port) = unpack_sockaddr_in($_[HEAP]{listener}->getsockname); return },
  ClientConnected => sub { $_[HEAP]{n} = ++$n; out('connected', $n, 'shutdown', $_[HEAP]{shutdown}); return },
  ClientInput => sub {
    my $line = $_[ARG0];
    out('input', $_[HEAP]{n}, $line, 'shutdown', $_[HEAP]{shutdown});
    if ($line eq 'answer') { $_[HEAP]{client}->put('the answer'); $_[KERNEL]->yield('shutdown'); $_[KERNEL]->yield('shutdown') }
    $_[KERNEL]->yield('shutdown') if $line eq 'leave';
    return;
  },
  ClientFlushed => sub { out('flushed', $_[HEAP]{n}, 'shutdown', $_[HEAP]{shutdown}); return },
  ClientDisconnected => sub { out('disconnected', $_[HEAP]{n}, 'shutdown', $_[HEAP]{shutdown}); return },
  Stopped => sub { out('Stopped', 'connections', $_[HEAP]{connections}) },
);
steps(10,
  sub { push @clients, map { connect_to($port) } 1 .. 3; return },
  sub { out('lines behind answer'); syswrite $clients[0], "answer\nafter\nlast\n"; return },
  sub { sysread $clients[0], my $buf, 100; $buf =~ s/\r\n/|/g; out('client 1 got', $buf); return },
  sub { out('two at once'); $poe_kernel->post(server => set_concurrency => 2); return },
  sub { out('none more'); $poe_kernel->post(server => set_concurrency => 1); return },
  sub { out('leave'); syswrite $clients[1], "leave\nbehind\n"; return },
  sub { $poe_kernel->post(server => 'shutdown'); syswrite $clients[2], "leave\n"; return },
);
$poe_kernel->run();
