# "connect" with an address and a port: a later "reconnect" uses them as well.  "shutdown"
# takes the alias away, "reconnect" brings it back.  A connection that is there is dropped by
# "reconnect", without Disconnected.
use strict; use warnings; use Socket; use POE qw(Component::Client::TCP); $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

my (@servers, @ports, %name, $peer);
for my $n (0, 1) {
  socket($servers[$n], AF_INET, SOCK_STREAM, 0) or die; bind($servers[$n], pack_sockaddr_in(0, INADDR_LOOPBACK)) or die; listen($servers[$n], 5) or die;
  ($ports[$n]) = unpack_sockaddr_in(getsockname $servers[$n]);
  $name{ $ports[$n] } = $n ? 'second' : 'first';
}
my @plan = (
  sub { $_[0]->yield(connect => '127.0.0.1', $ports[1]) },
  sub { $_[0]->yield('reconnect') },
  sub { $_[0]->yield('shutdown') },
  sub { $_[0]->yield('shutdown') },
);
POE::Component::Client::TCP->new(
  Alias => 'client', RemoteAddress => '127.0.0.1', RemotePort => $ports[0],
  Connected => sub {
    out('Connected', $name{ $_[ARG2] }, 'alias', $_[KERNEL]->alias_resolve('client') ? 'there' : 'gone');
    accept($peer, $servers[ $name{ $_[ARG2] } eq 'second' ]) or die;
    syswrite $peer, "hello\n";
    return;
  },
  ServerInput => sub { out('ServerInput', $_[ARG0]); my $next = shift @plan; $next->($_[KERNEL]) if $next; return },
  Disconnected => sub {
    out('Disconnected', 'connected', $_[HEAP]{connected}, 'alias', $_[KERNEL]->alias_resolve('client') ? 'there' : 'gone');
    $_[KERNEL]->delay(reconnect => 0.01) if @plan == 1;
    return;
  },
  InlineStates => { _stop => sub { out('_stop') } },
);
$poe_kernel->run();
out('alias', $poe_kernel->alias_resolve('client') ? 'there' : 'gone');
