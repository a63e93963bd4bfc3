# SessionParams reach the listener's session and those of the connections; the states of
# InlineStates exist in the connections' sessions alone.  The server's own events are states
# that one can see.  A call of "shutdown" works as a post does.
use strict; use warnings; use Socket; use POE qw(Component::Server::TCP); $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub connect_to { socket(my $s, AF_INET, SOCK_STREAM, 0) or die; connect($s, pack_sockaddr_in(shift, INADDR_LOOPBACK)) or die; return $s }

my ($port, $client);
POE::Component::Server::TCP->new(
  Alias => 'server', Address => '127.0.0.1', Port => 0,
  SessionParams => [ options => { mine => 'set' } ],
  Started => sub {
    ($port) = unpack_sockaddr_in($_[HEAP]{listener}->getsockname);
    out('listener option', $_[SESSION]->option('mine'), 'state', $_[STATE]);
    return;
  },
  Stopped => sub { out('Stopped, state', $_[STATE]) },
  ClientPreConnect => sub { out('preconnect state', $_[STATE]); return $_[ARG0] },
  ClientConnected => sub { out('connection option', $_[SESSION]->option('mine'), 'state', $_[STATE]); return },
  ClientInput => sub {
    out('input state', $_[STATE]);
    out('own state', $_[KERNEL]->call($_[SESSION], 'own', 1, 2));
    $_[HEAP]{client}->put('bye');
    out('call shutdown'); $_[KERNEL]->call($_[SESSION], 'shutdown'); out('wheel', $_[HEAP]{client} ? 'there' : 'gone', 'shutdown', $_[HEAP]{shutdown});
    return;
  },
  ClientFlushed => sub { out('flushed state', $_[STATE]); return },
  ClientError => sub { out('error state', $_[STATE]); return },
  ClientDisconnected => sub { out('disconnected state', $_[STATE]); $_[KERNEL]->call(server => 'shutdown'); out('alias', $_[KERNEL]->alias_resolve('server') ? 'there' : 'gone'); return },
  InlineStates => { own => sub { return "own got @_[ARG0 .. $#_]" } },
);
$client = connect_to($port);
syswrite $client, "go\n";
$poe_kernel->run();
