# IDLE: queueing work in its handler without sig_handled() does not help, the session is
# stopped by that very IDLE; with sig_handled() the work is done, and IDLE comes again
# when the program has run dry once more.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

sub service {
  my ($label, $rounds, $handle) = @_;
  out('--', $label);
  POE::Session->create(
    inline_states => {
      _start => sub { $_[KERNEL]->alias_set('svc'); $_[KERNEL]->sig(IDLE => 'idle') },
      idle   => sub {
        out('idle', $_[ARG0], 'rounds left', $rounds);
        if ($rounds-- > 0) { $_[KERNEL]->yield('work', $rounds); $_[KERNEL]->sig_handled if $handle }
        return;
      },
      work   => sub { out('work', $_[ARG0]) },
      _stop  => sub { out('svc _stop') },
    },
  );
  $poe_kernel->run();
}
service('queues, does not handle', 2, 0);
service('queues and handles', 2, 1);
service('neither', 0, 0);
out('done');
