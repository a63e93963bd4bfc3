# Exceptions in the handlers of handle events, of _child and of _parent are DIE like any
# other; thrown in a signal's handler they do not keep the others from getting the signal.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

pipe(my $rd, my $wr) or die;
POE::Session->create(
  heap => { name => 'top' },
  inline_states => {
    _start   => sub { $_[KERNEL]->sig(DIE => 'died'); $_[KERNEL]->sig(FOO => 'foo'); $_[KERNEL]->alias_set('top'); $_[KERNEL]->select_read($rd => 'readable'); syswrite $wr, 'x';
      POE::Session->create(
        heap => { name => 'kid' },
        inline_states => {
          _start  => sub { $_[KERNEL]->sig(FOO => 'foo'); $_[KERNEL]->alias_set('kid'); return },
          foo     => sub { out('kid foo'); die "in foo\n" },
          leave   => sub { $_[KERNEL]->detach_myself; $_[KERNEL]->alias_remove('kid'); out('kid has left') },
          _parent => sub { out('kid _parent'); $_[KERNEL]->sig(DIE => 'died'); die "in _parent\n" },
          died    => sub { out('kid died', $_[ARG1]{event}, 'of', who($_[ARG1]{dest_session}), 'from', who($_[ARG1]{source_session})); $_[KERNEL]->sig_handled },
          _stop   => sub { out('kid _stop') },
        });
      return;
    },
    readable => sub { $_[KERNEL]->select_read($rd); $_[KERNEL]->signal($_[SESSION], 'FOO'); $_[KERNEL]->post(kid => 'leave'); die "in readable\n" },
    foo      => sub { out('top foo') },
    died     => sub {
      out('died', $_[ARG1]{event}, 'of', who($_[ARG1]{dest_session}), 'from', who($_[ARG1]{source_session}), $_[ARG1]{from_state});
      $_[KERNEL]->sig_handled;
    },
    _child   => sub { out('_child', $_[ARG0]); die "in _child\n" if $_[ARG0] eq 'lose' },
    _stop    => sub { out('top _stop') },
  },
);
my $ok = eval { $poe_kernel->run(); 1 };
out('run', $ok ? 'returned' : 'died');
