# Code in a child process: what it returns is not its exit code; an exception gives 255 and its
# text on standard error; ProgramArgs are its arguments.
use strict; use warnings; use POSIX (); use POE qw(Wheel::Run); $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

my @jobs = (
  [ 'returns 7', sub { my $go = <STDIN>; print "args @_\n"; return 7 } ],
  [ 'exits 7', sub { my $go = <STDIN>; print "before\n"; close STDOUT; POSIX::_exit(7) } ],
  [ 'throws', sub { my $go = <STDIN>; die "thrown\n" } ],
);
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->yield('next') },
    next => sub {
      my ($label, $code) = @{ shift @jobs || return };
      out("-- $label");
      my $h = $_[HEAP];
      %$h = (n => 0, log => []);
      $h->{w} = POE::Wheel::Run->new(Program => $code, ProgramArgs => [ 'a b', 'c' ], StdoutEvent => 'line', StderrEvent => 'err', CloseEvent => 'done');
      $_[KERNEL]->sig_child($h->{w}->PID => 'exited');
      $_[KERNEL]->yield(release => 3);
    },
    release => sub { $_[KERNEL]->yield(release => $_[ARG0] - 1) if $_[ARG0]; $_[HEAP]{w}->put('go') if !$_[ARG0]; return },
    line   => sub { push @{ $_[HEAP]{log} }, "stdout $_[ARG0]"; return },
    err    => sub { push @{ $_[HEAP]{log} }, "stderr $_[ARG0]"; return },
    exited => sub { $_[HEAP]{status} = $_[ARG2]; return $_[KERNEL]->yield('done') },
    done   => sub {
      my $h = $_[HEAP];
      return if ++$h->{n} < 2;
      out($_) for @{ $h->{log} };
      out('exit code', $h->{status} >> 8);
      delete $h->{w};
      return $_[KERNEL]->yield('next');
    },
    _stop => sub { out('_stop') },
  },
);
$poe_kernel->run();
