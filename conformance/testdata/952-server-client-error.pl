# With ClientShutdownOnError off an error is only told: the wheel stays, and so does the
# session, until it is shut down; without, disconnection follows.  The default ClientError is
# silent about the end of the stream and about a reset.
use strict; use warnings; use Socket; use Errno; use POE qw(Component::Server::TCP); $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub connect_to { socket(my $s, AF_INET, SOCK_STREAM, 0) or die; connect($s, pack_sockaddr_in(shift, INADDR_LOOPBACK)) or die; return $s }
$SIG{__WARN__} = sub { out('warning', shift) };

sub run_server {
  my ($label, $end, @params) = @_;
  out("-- $label");
  my $port;
  POE::Component::Server::TCP->new(
    Alias => 'server', Address => '127.0.0.1', Port => 0, @params,
    Started => sub { ($port) = unpack_sockaddr_in($_[HEAP]{listener}->getsockname); return },
    ClientConnected => sub { out('connected, shutdown_on_error', $_[HEAP]{shutdown_on_error}); return },
    ClientInput => sub { out('input', $_[ARG0]); return },
    ClientDisconnected => sub { out('disconnected, error', $_[HEAP]{got_an_error} ? 'yes' : 'no'); $_[KERNEL]->post(server => 'shutdown'); return },
    InlineStates => {
      after => sub {
        return $_[KERNEL]->yield(after => $_[ARG0] - 1) if $_[ARG0];
        out('after, wheel', $_[HEAP]{client} ? 'there' : 'gone');
        $_[KERNEL]->yield('shutdown') if $_[HEAP]{client};
        return;
      },
    },
  );
  my $client = connect_to($port);
  syswrite $client, "line\nunfinished";
  setsockopt $client, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0) if $end eq 'reset';
  POE::Session->create(inline_states => {
    _start => sub { $_[KERNEL]->delay(close => 0.02); return },
    close  => sub { close $client; undef $client; return },
  });
  $poe_kernel->run();
  return;
}
my $told = sub { out('ClientError', $_[ARG0], $_[ARG1] == Errno::ECONNRESET() ? 'ECONNRESET' : $_[ARG1] + 0); $_[KERNEL]->yield(after => 3); return };
run_server('told, closed',          'close', ClientError => $told);
run_server('told, reset',           'reset', ClientError => $told);
run_server('told, kept',            'close', ClientError => $told, ClientShutdownOnError => 0);
run_server('default, closed',       'close');
run_server('default, reset',        'reset');
