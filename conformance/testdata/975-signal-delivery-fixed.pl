# The receivers of one delivery are fixed when it starts: a handler that removes the
# watcher of another, or changes its event, changes nothing about the signal at hand.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

POE::Session->create(
  heap => { name => 'top' },
  inline_states => {
    _start => sub {
      $_[KERNEL]->alias_set('top');
      $_[KERNEL]->sig(FOO => 'foo', 'a');
      $_[KERNEL]->sig(BAR => 'foo', 'b');
      POE::Session->create(
        heap => { name => 'kid' },
        inline_states => {
          _start => sub { $_[KERNEL]->alias_set('kid'); $_[KERNEL]->sig($_ => 'sig') for qw(FOO BAR) },
          sig    => sub { out('kid', $_[ARG0]); $_[KERNEL]->call(top => "change $_[ARG0]"); return },
        },
      );
      return $_[KERNEL]->yield('go');
    },
    go           => sub { my $k = $_[KERNEL]; for (1, 2) { $k->signal(top => 'FOO', $_); $k->signal(top => 'BAR', $_) } },
    foo          => sub { out('top foo', @_[ARG0 .. $#_]) },
    new          => sub { out('top new', @_[ARG0 .. $#_]) },
    'change FOO' => sub { out('top stops watching FOO'); $_[KERNEL]->sig('FOO') },
    'change BAR' => sub { out('top watches BAR otherwise'); $_[KERNEL]->sig(BAR => 'new', 'c') },
  },
);
$poe_kernel->run();
out('done');
