# detach_myself: later than in _start the parent gets _child(lose, me, undef) and the
# session _parent, at once. A session of the kernel gets EPERM. The children of a
# detached session stay with it.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

sub err { my @r = @_; out('result', scalar(@r) ? @r : '(empty)', 'errno', $!{ESRCH} ? 'ESRCH' : $!{EPERM} ? 'EPERM' : 'none') }
POE::Session->create(
  heap => { name => 'top' },
  inline_states => {
    _start => sub {
      $! = 0; err($_[KERNEL]->detach_myself);
      POE::Session->create(
        heap => { name => 'mid' },
        inline_states => {
          _start  => sub {
            $_[KERNEL]->yield('go');
            POE::Session->create(
              heap => { name => 'leaf' },
              inline_states => {
                _start  => sub { $_[KERNEL]->yield(tick => 3) },
                tick    => sub { out('leaf tick', $_[ARG0]); $_[KERNEL]->yield(tick => $_[ARG0] - 1) if $_[ARG0] > 1 },
                _parent => sub { out('leaf _parent (not reached)') },
                _stop   => sub { out('leaf _stop') },
              },
            );
            return 'mid-start';
          },
          go      => sub {
            out('mid go');
            $! = 0; err($_[KERNEL]->detach_myself);
            $! = 0; err($_[KERNEL]->detach_myself);
            out('mid go ends');
          },
          _child  => sub { out('mid _child', $_[ARG0], who($_[ARG1])) },
          _parent => sub { out('mid _parent', who($_[ARG0]), '->', who($_[ARG1]), 'sender', who($_[SENDER])) },
          _stop   => sub { out('mid _stop') },
        },
      );
      return;
    },
    _child => sub { out('top _child', $_[ARG0], who($_[ARG1]), $_[ARG2]) },
    _stop  => sub { out('top _stop') },
  },
);
$poe_kernel->run();
out('done');
