# SocketFactory over a unix socket: the accepting side gets an empty address and an undefined
# port, the connecting side the path; the file stays behind.  pause_accept() leaves
# connections waiting.
use strict; use warnings; use Socket; use File::Temp; use POE qw(Wheel::SocketFactory); $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

my $dir = File::Temp->newdir;
my $path = "$dir/socket";
my @keep;
POE::Session->create(
  inline_states => {
    _start => sub {
      $_[HEAP]{listener} = POE::Wheel::SocketFactory->new(
        SocketDomain => AF_UNIX, BindAddress => $path, SuccessEvent => 'accepted', FailureEvent => 'failed');
      out('socket file', -S $path ? 'there' : 'missing');
      $_[HEAP]{listener}->pause_accept;
      $_[HEAP]{client} = POE::Wheel::SocketFactory->new(
        SocketDomain => AF_UNIX, RemoteAddress => $path, SuccessEvent => 'connected', FailureEvent => 'failed');
      return;
    },
    connected => sub {
      my ($socket, $addr, $port, $id) = @_[ARG0 .. ARG3];
      out('connected', 'address', $addr eq $path ? 'the path' : "<$addr>", 'port', $port, 'my id', $id == $_[HEAP]{client}->ID ? 'yes' : 'no', 'argc', @_ - ARG0);
      push @keep, $socket;
      delete $_[HEAP]{client};
      $_[KERNEL]->yield(wait => 5);
    },
    wait => sub {
      return $_[KERNEL]->yield(wait => $_[ARG0] - 1) if $_[ARG0];
      out('not accepted while paused');
      $_[HEAP]{listener}->resume_accept;
      return;
    },
    accepted => sub {
      my ($socket, $addr, $port, $id) = @_[ARG0 .. ARG3];
      out('accepted', 'address', "<$addr>", 'port', $port, 'my id', $id == $_[HEAP]{listener}->ID ? 'yes' : 'no', 'argc', @_ - ARG0);
      push @keep, $socket;
      delete $_[HEAP]{listener};
      return;
    },
    failed => sub { out('failed', @_[ARG0 .. ARG2]) },
    _stop  => sub { out('_stop, socket file', -S $path ? 'there' : 'gone') },
  },
);
$poe_kernel->run();
