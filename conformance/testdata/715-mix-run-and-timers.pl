# A child process with timers and signals around it: its input's filter and its output's event
# change between two answers, sig_child has arguments, the wheel goes before the process does.
use strict; use warnings; use POE qw(Wheel::Run Filter::Line); $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

POE::Session->create(inline_states => {
  _start => sub {
    my ($k, $heap) = @_[KERNEL, HEAP];
    $heap->{w} = POE::Wheel::Run->new(Program => ['cat'], StdoutEvent => 'line', StdinEvent => 'sent', CloseEvent => 'closed', ErrorEvent => 'trouble');
    $k->sig_child($heap->{w}->PID, 'reaped', 'my', 'args');
    out('put', $heap->{w}->put('one', 'two'));
  },
  sent => sub { out('sent') },
  line => sub {
    my ($k, $heap, $line) = @_[KERNEL, HEAP, ARG0];
    out('line', $line);
    if ($line eq 'two') {
      $heap->{w}->set_stdin_filter(POE::Filter::Line->new(Literal => "#\n"));
      $heap->{w}->event(StdoutEvent => 'other', StdinEvent => undef);
      $heap->{w}->put('three', 'four');
    }
  },
  other => sub {
    my ($k, $heap, $line) = @_[KERNEL, HEAP, ARG0];
    out('other', $line);
    $k->delay(drop => 0.02) if $line eq 'four#';
  },
  drop => sub { out('drop'); delete $_[HEAP]{w}; $_[KERNEL]->yield('after') },
  after => sub { out('after') },
  closed => sub { out('closed') },
  trouble => sub { out('error', @_[ARG0, ARG1, ARG4]) },
  reaped => sub { out('reaped', $_[ARG0], $_[ARG2], @_[ARG3 .. $#_]) },
  _stop => sub { out('_stop') },
});
$poe_kernel->run();
out('done');
