# pause_stdout() holds the output back, resume_stdout() lets it come; kill() gives 1 while the
# child is there; a killed child's status has the signal.
use strict; use warnings; use POE qw(Wheel::Run); $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

POE::Session->create(
  inline_states => {
    _start => sub {
      my $w = $_[HEAP]{w} = POE::Wheel::Run->new(
        Program => [ 'sh', '-c', 'echo ready; read go; echo late; exec cat' ], StdoutEvent => 'line', CloseEvent => 'done');
      $_[KERNEL]->sig_child($w->PID => 'exited');
      return;
    },
    line => sub {
      my $w = $_[HEAP]{w};
      out('line', $_[ARG0]);
      if ($_[ARG0] eq 'ready') {
        $w->pause_stdout;
        $w->put('go');
        $_[KERNEL]->delay(resume => 0.2);
      }
      elsif ($_[ARG0] eq 'late') { out('kill', $w->kill('TERM')) }
      return;
    },
    resume => sub { out('resume'); $_[HEAP]{w}->resume_stdout; return },
    exited => sub { $_[HEAP]{status} = $_[ARG2]; return $_[KERNEL]->yield('done') },
    done   => sub {
      return if ++$_[HEAP]{n} < 2;
      out('exit code', $_[HEAP]{status} >> 8, 'signal', $_[HEAP]{status} & 127);
      delete $_[HEAP]{w};
      return;
    },
    _stop => sub { out('_stop') },
  },
);
$poe_kernel->run();
