# Reference counters: tags count apart, the result is the new count of that tag; one
# was never counted, or is at 0, is EINVAL; an unknown session ESRCH. All must be back
# at 0 before the session stops.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

sub err { return $!{ESRCH} ? 'ESRCH' : $!{EINVAL} ? 'EINVAL' : $! + 0 }
POE::Session->create(
  inline_states => {
    _start => sub {
      my ($k, $id) = ($_[KERNEL], $_[SESSION]->ID);
      out('a', map { $k->refcount_increment($id, 'a') } 1 .. 3);
      out('b', $k->refcount_increment($id, 'b'));
      out('a down', $k->refcount_decrement($id, 'a'), $k->refcount_decrement($id, 'a'));
      $! = 0; my $r = $k->refcount_increment(987654, 'a'); out('unknown', $r, err());
      $! = 0; $r = $k->refcount_decrement(987654, 'a'); out('unknown', $r, err());
      $k->yield(first => 3);
    },
    first => sub {
      return $_[KERNEL]->yield(first => $_[ARG0] - 1) if $_[ARG0];
      out('b down', $_[KERNEL]->refcount_decrement($_[SESSION]->ID, 'b'));
      $_[KERNEL]->yield(second => 3);
    },
    second => sub {
      return $_[KERNEL]->yield(second => $_[ARG0] - 1) if $_[ARG0];
      out('a down', $_[KERNEL]->refcount_decrement($_[SESSION]->ID, 'a'));
    },
    _stop => sub { out('_stop') },
  },
);
$poe_kernel->run();
out('done');
