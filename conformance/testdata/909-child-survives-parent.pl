# A child that is born in its parent's own signal handler is not visited by that signal
# and survives: the grandparent gets _child(gain), the child _parent, then the parent its
# _stop, and the grandparent _child(lose).
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

POE::Session->create(
  heap => { name => 'grand' },
  inline_states => {
    _start => sub {
      $_[KERNEL]->alias_set('grand');
      POE::Session->create(
        heap => { name => 'parent' },
        inline_states => {
          _start => sub { $_[KERNEL]->alias_set('parent'); $_[KERNEL]->sig(TERM => 'term'); return 'parent-start' },
          term   => sub {
            out('parent term');
            POE::Session->create(
              heap => { name => 'child' },
              inline_states => {
                _start  => sub { out('child _start'); $_[KERNEL]->yield('work', 2); return 'child-start' },
                work    => sub { out('child work', $_[ARG0]); $_[KERNEL]->yield('work', $_[ARG0] - 1) if $_[ARG0] > 1 },
                _parent => sub { out('child _parent', who($_[ARG0]), '->', who($_[ARG1]), 'argc', @_ - ARG0) },
                _stop   => sub { out('child _stop'); return 'child-stop' },
              },
            );
            return;
          },
          _child => sub { out('parent _child', $_[ARG0], who($_[ARG1]), 'argc', @_ - ARG0) },
          _stop  => sub { out('parent _stop'); return 'parent-stop' },
        },
      );
      $_[KERNEL]->yield('shoot');
    },
    shoot  => sub { $_[KERNEL]->signal(parent => 'TERM') },
    _child => sub { out('grand _child', $_[ARG0], who($_[ARG1]), 'argc', @_ - ARG0, 'value', $_[ARG2]) },
    _stop  => sub { out('grand _stop') },
  },
);
$poe_kernel->run();
out('done');
