# Signals, timers and reference counts of one session at once: a handler of a signal
# takes timers back, another one keeps the session alive by a count until a timer lets go.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

POE::Session->create(
  inline_states => {
    _start => sub {
      my ($k, $s) = @_[KERNEL, SESSION];
      $k->sig(FOO => 'foo', 'extra', 7);
      $k->sig(BAR => 'bar');
      $k->delay_add(tick => 0.02, 1); $k->delay_add(tick => 0.04, 2); $k->delay_add(tick => 0.06, 3);
      $k->delay_set(tock => 500, 'never');
      out('signal', $k->signal($s, 'FOO', 'a', 'b'));
      $k->yield('go');
    },
    go   => sub { out('go'); $_[KERNEL]->sig('BAR'); $_[KERNEL]->signal($_[SESSION], 'BAR'); $_[KERNEL]->yield('after') },
    after => sub { out('after'); },
    foo  => sub {
      my $k = $_[KERNEL];
      out('foo', @_[ARG0 .. $#_]);
      my @gone = $k->alarm_remove_all();
      out('removed', map { join ',', $_->[0], @$_[2 .. $#$_] } @gone);
      out('count', $k->refcount_increment($_[SESSION]->ID, 'held'), $k->refcount_increment($_[SESSION]->ID, 'held'));
      $k->delay(release => 0.03, 'x');
      $k->delay(release => 0.01, 'y');
    },
    bar  => sub { out('bar') },
    tick => sub { out('tick', $_[ARG0]) },
    tock => sub { out('tock') },
    release => sub {
      my $k = $_[KERNEL];
      out('release', $_[ARG0], $k->refcount_decrement($_[SESSION]->ID, 'held'));
      $k->delay(release => 0.01, 'z') if $_[ARG0] eq 'y';
    },
    _stop => sub { out('_stop', scalar(() = $_[KERNEL]->alarm_remove_all())) },
  },
);
$poe_kernel->run();
out('done');
