# What _child tells: ARG2 is what _start or _stop returned, undef for a bare return, the
# last value of a list; detaching in _start leaves no create, and the parent no lose.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

sub kid {
  my ($name, @more) = @_;
  POE::Session->create(heap => { name => $name }, inline_states => { _start => sub { return }, @more });
}
POE::Session->create(
  heap => { name => 'parent' },
  inline_states => {
    _start => sub {
      kid('bare');
      kid('valued', _start => sub { return 'begun' }, _stop => sub { return 'ended' });
      kid('list', _start => sub { return ('x', 'y', 'z') }, _stop => sub { return (1, 2) });
      kid('zero', _start => sub { return 0 }, _stop => sub { return '' });
      kid('leaver', _start => sub { $_[KERNEL]->detach_myself; return 'gone' }, _parent => sub { out('leaver', '_parent', who($_[ARG0]), who($_[ARG1])) });
    },
    _child => sub { out('_child', $_[ARG0], who($_[ARG1]), 'argc', @_ - ARG0, 'value', $_[ARG2]) },
    _stop  => sub { out('parent _stop') },
  },
);
$poe_kernel->run();
out('done');
