# What a killed session had queued for others vanishes with it, and so do its timers; what
# others queued for it vanishes, too; the rest of the queue keeps its order.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('target') },
    note   => sub { out('note', $_[ARG0]) },
    _stop  => sub { out('target _stop') },
  },
);
for my $name (qw(victim friend)) {
  POE::Session->create(
    inline_states => {
      _start => sub { $_[KERNEL]->alias_set($name) },
      act    => sub {
        $_[KERNEL]->post(target => note => "$name $_") for 1 .. 3;
        $_[KERNEL]->delay(tick => 0.01);
        $_[KERNEL]->post(victim => 'unheard');
        return;
      },
      tick    => sub { out($name, 'tick'); $_[KERNEL]->alias_remove($name) },
      unheard => sub { out($name, 'unheard') },
      _stop   => sub { out($name, '_stop') },
    },
  );
}
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->yield('go') },
    go     => sub {
      my $k = $_[KERNEL];
      $k->signal(victim => 'KILL');
      $k->call($_ => 'act') for qw(victim friend victim);
      $k->post(target => note => 'mine');
    },
    _stop  => sub { out('driver _stop') },
  },
);
$poe_kernel->run();
out('done');
