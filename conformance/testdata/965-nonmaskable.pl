# ZOMBIE and UIDESTROY run their watchers and stop everything visited, handled or not. A
# ZOMBIE to one session stops that one and its children only.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

sub chain {
  my ($name, @rest) = @_;
  POE::Session->create(
    inline_states => {
      _start => sub {
        my $k = $_[KERNEL];
        $k->alias_set($name);
        $k->sig(ZOMBIE => 'sig');
        $k->sig(UIDESTROY => 'sig');
        chain(@rest) if @rest;
        return;
      },
      sig    => sub { out($name, @_[ARG0 .. $#_]); $_[KERNEL]->sig_handled },
      _child => sub { out($name, '_child', $_[ARG0]) if $_[ARG0] ne 'create'; return },
      _stop  => sub { out($name, '_stop') },
    },
  );
}
POE::Session->create(
  inline_states => {
    _start => sub { chain('A', 'B', 'C'); $_[KERNEL]->yield('one') },
    _child => sub { },
    one    => sub { $_[KERNEL]->signal(B => 'ZOMBIE', 'x'); $_[KERNEL]->yield(wait => 3) },
    wait   => sub { return $_[KERNEL]->yield(wait => $_[ARG0] - 1) if $_[ARG0]; out('all'); $_[KERNEL]->signal($_[KERNEL] => 'UIDESTROY'); $_[KERNEL]->delay(never => 30); return },
    never  => sub { out('not reached') },
    _stop  => sub { out('driver _stop') },
  },
);
$poe_kernel->run();
out('done');
