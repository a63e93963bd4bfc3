# A program driven slice by slice: how many slices it takes with timers due and not due, a
# watcher, and sessions that are made between two slices; run_while in a handler.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

pipe my $rd, my $wr or die;
my ($n, $wait) = (0, 1);
POE::Session->create(inline_states => {
  _start => sub { $_[KERNEL]->yield(step => 1); $_[KERNEL]->yield(step => 2); $_[KERNEL]->select_read($rd, 'readable') },
  step => sub { out('step', $_[ARG0]); $_[KERNEL]->yield(step => $_[ARG0] + 10) if $_[ARG0] < 10 },
  readable => sub { sysread $rd, my $b, 9; out('readable', $b); $_[KERNEL]->select_read($rd) if $b eq 'end' },
  _stop => sub { out('_stop') },
});
for my $slice (1 .. 2) { $poe_kernel->run_one_timeslice; out('slice', $slice) }
POE::Session->create(inline_states => {
  _start => sub { out('born between'); $_[KERNEL]->yield('hi') },
  hi => sub { out('hi'); syswrite $wr, 'abc'; $_[KERNEL]->delay(loop => 0.01) },
  loop => sub {
    my $k = $_[KERNEL];
    out('loop in');
    $k->delay(stop_waiting => 0.02); $k->yield('inner');
    $k->run_while(\$wait);
    out('loop out');
  },
  inner => sub { out('inner') },
  stop_waiting => sub { out('stop waiting'); $wait = 0; syswrite $wr, 'end' },
  _stop => sub { out('second _stop') },
});
$poe_kernel->run_one_timeslice; out('slice');
$poe_kernel->run;
out('done');
