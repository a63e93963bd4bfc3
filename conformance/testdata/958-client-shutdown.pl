# "shutdown" of a client: before the connection is made it cancels silently; with output
# waiting that is written first; a second one before that drops connection and output, and
# Disconnected does not come.  Input is ignored after the first.
use strict; use warnings; use Socket; use POE qw(Component::Client::TCP); $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

socket(my $server, AF_INET, SOCK_STREAM, 0) or die; bind($server, pack_sockaddr_in(0, INADDR_LOOPBACK)) or die; listen($server, 5) or die;
my ($port) = unpack_sockaddr_in(getsockname $server);
my $peer;
sub run_client {
  my ($label, %on) = @_;
  out("-- $label");
  POE::Component::Client::TCP->new(
    Alias => 'client', RemoteAddress => '127.0.0.1', RemotePort => $port,
    Started      => sub { out('Started'); $on{started}->($_[KERNEL]) if $on{started}; return },
    Connected    => sub { out('Connected'); accept($peer, $server) or die; $on{connected}->(@_[KERNEL, HEAP]); return },
    ConnectError => sub { out('ConnectError') },
    ServerInput  => sub { out('ServerInput', $_[ARG0]); $on{input}->(@_[KERNEL, HEAP]) if $on{input}; return },
    ServerFlushed => sub { out('ServerFlushed') },
    Disconnected => sub { out('Disconnected', 'shutdown', $_[HEAP]{shutdown}); return },
    InlineStates => { _stop => sub { out('_stop') } },
  );
  $poe_kernel->run();
  return;
}
sub peer_got { local $/; my $all = readline $peer; out('peer got', length($all // '')); close $peer; return }
run_client('nothing waits', connected => sub { $_[0]->yield('shutdown') });
peer_got();
run_client('output waits', connected => sub { $_[1]{server}->put('a line'); $_[0]->yield('shutdown') });
peer_got();
run_client('twice, output waits', connected => sub { my $me = $_[0]->get_active_session; $_[1]{server}->put('a line'); $_[0]->call($me => 'shutdown'); $_[0]->call($me => 'shutdown'); return });
peer_got();
run_client('in the middle of a chunk', connected => sub { syswrite $peer, "one\ntwo\n" }, input => sub { $_[0]->yield('shutdown') });
peer_got();
run_client('before it is connected', started => sub { $_[0]->yield('shutdown') }, connected => sub { out('never') });
