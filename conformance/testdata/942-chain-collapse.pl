# When the leaf of a chain stops, its parents follow in the same sweep, before any other
# event is dispatched; a parent with something left to do stays.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

sub chain {
  my ($name, @rest) = @_;
  POE::Session->create(
    heap => { name => $name },
    inline_states => {
      _start => sub {
        chain(@rest) if @rest;
        $_[KERNEL]->yield('leaf') unless @rest;
        $_[KERNEL]->delay(busy => 0.05) if $name eq 'busy';
        return;
      },
      leaf   => sub { out('leaf works') },
      busy   => sub { out('busy works') },
      _child => sub { out($name, '_child', $_[ARG0], who($_[ARG1])) if $_[ARG0] eq 'lose' },
      _stop  => sub { out($name, '_stop') },
    },
  );
}
chain('top', 'busy', 'low', 'leaf');
POE::Session->create(inline_states => {
  _start => sub { $_[KERNEL]->yield(tick => 2) },
  tick   => sub { out('tick', $_[ARG0]); $_[KERNEL]->yield(tick => $_[ARG0] - 1) if $_[ARG0] > 1 },
  _stop  => sub { out('ticker _stop') },
});
$poe_kernel->run();
out('done');
