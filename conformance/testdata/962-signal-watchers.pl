# A watcher keeps no session alive. It is looked up when the signal is delivered: one set
# after signal() still gets it, one removed before does not. A session that comes
# into being between the two is visited, too.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

POE::Session->create(inline_states => {
  _start => sub { $_[KERNEL]->sig(FOO => 'foo') }, foo => sub { out('idle watcher got', $_[ARG0]) }, _stop => sub { out('idle watcher _stop') },
});
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->yield(wait => 2) },
    wait   => sub { $_[KERNEL]->yield($_[ARG0] ? (wait => $_[ARG0] - 1) : 'go'); return },
    go     => sub {
      my $k = $_[KERNEL];
      $k->signal($k => 'FOO', 'early');
      $k->sig(FOO => 'foo');
      $k->sig(BAR => 'bar');
      $k->signal($k => 'BAR');
      $k->sig('BAR');
      $k->signal($k => 'BAZ');
      POE::Session->create(inline_states => {
        _start => sub { $_[KERNEL]->sig(BAZ => 'baz') }, baz => sub { out('late child got', $_[ARG0]) }, _stop => sub { out('late child _stop') },
      });
      $k->yield('end');
    },
    foo    => sub { out('foo', @_[ARG0 .. $#_]); $_[KERNEL]->sig(FOO => 'other') },
    other  => sub { out('other', @_[ARG0 .. $#_]) },
    bar    => sub { out('bar (not reached)') },
    end    => sub { out('end') },
    _child => sub { },
    _stop  => sub { out('_stop') },
  },
);
$poe_kernel->run();
out('done');
