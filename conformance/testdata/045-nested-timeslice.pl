# run_one_timeslice() and run_while() work in a handler, as a nested loop: events, timers and
# handles are dispatched before they return, also to the session whose handler waits.  Outside
# run_one_timeslice() returns 1 for the slice in which the last session stops, and nothing for
# the one after.  A session that waits so must have a reason to live.
# Doc: POE::Kernel "run_one_timeslice", "run_while".
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

pipe(my $in, my $write) or die $!;
my $waiting = 1;
POE::Session->create(
  inline_states => {
    _start => sub {
      $_[KERNEL]->refcount_increment($_[SESSION]->ID, 'waits');
      $_[KERNEL]->yield($_) for qw(outer queued);
      return;
    },
    outer  => sub {
      my $k = $_[KERNEL];
      out('outer begins');
      $k->yield('mine', 1);
      out('slice gave', $k->run_one_timeslice);
      out('active', $k->get_active_event);
      $k->delay(timer => 0.02);
      $k->run_while(\$waiting);
      out('timer has come');
      $k->select_read($in => 'readable');
      syswrite($write, "line\n");
      my $slices = 0;
      $slices++, $k->run_one_timeslice until $waiting;
      out('read in one slice', $slices == 1 ? 'yes' : 'no');
      $k->sig(DIE => 'died');
      $k->yield('dies');
      $k->run_one_timeslice for 1 .. 2;
      out('outer ends');
      $k->refcount_decrement($_[SESSION]->ID, 'waits');
      return;
    },
    mine     => sub { out('mine', $_[ARG0], 'from', $_[CALLER_STATE]); return },
    queued   => sub { out('queued'); return },
    timer    => sub { out('timer'); $waiting = 0; return },
    readable => sub { sysread($in, my $line, 10); out('readable'); $_[KERNEL]->select_read($in); $waiting = 1; return },
    dies     => sub { die "oops\n" },
    died     => sub { out('died', $_[ARG1]{event}); $_[KERNEL]->sig_handled; return },
    _stop    => sub { out('_stop'); return },
  },
);
$poe_kernel->run();
out('run returned');

POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->yield('tick', 2) },
    tick   => sub { out('tick', $_[ARG0]); $_[KERNEL]->yield('tick', $_[ARG0] - 1) if $_[ARG0]; return },
    _stop  => sub { out('_stop'); return },
  },
);
for (1 .. 5) {
  my @gave = $poe_kernel->run_one_timeslice;
  out('slice gave', scalar(@gave), @gave);
}

POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->refcount_increment($_[SESSION]->ID, 'waits'); $_[KERNEL]->yield('outer'); return },
    outer  => sub {
      my $k = $_[KERNEL];
      $k->yield('dies');
      $k->run_one_timeslice for 1 .. 3;
      out('never: goes on');
    },
    dies   => sub { die "fatal\n" },
    _stop  => sub { out('_stop'); return },
  },
);
eval { $poe_kernel->run(); 1 } or out('run died with', $@ =~ /(fatal)/);
out('done');
