# An event that is queued keeps its sender alive until it is delivered: the sender stops
# after the delivery, though it has nothing else to do. A session that sends nothing
# stops a turn earlier.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

POE::Session->create(
  heap => { name => 'target' },
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('target') },
    note   => sub { out('note from', who($_[SENDER])) },
    _stop  => sub { out('target _stop') },
  },
);
for my $name (qw(sender silent)) {
  POE::Session->create(
    heap => { name => $name },
    inline_states => {
      _start => sub { $_[KERNEL]->yield('act') },
      act    => sub { out($name, 'act'); $_[KERNEL]->post(target => 'note') if $name eq 'sender' },
      _stop  => sub { out($name, '_stop') },
    },
  );
}
$poe_kernel->run();
out('done');
