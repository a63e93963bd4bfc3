# An exception in _stop, while other sessions have much to do: nobody can handle it. All
# sessions are stopped at once, and run() dies with it.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

sub clean { my $e = shift; $e =~ s/ at \S+ line \d+\.?\n//; chomp $e; return join ' | ', split /\n/, $e }
POE::Session->create(
  inline_states => {
    _start => sub {
      $_[KERNEL]->alias_set('parent');
      $_[KERNEL]->sig(DIE => 'died');
      $_[KERNEL]->delay(late => 30);
      POE::Session->create(inline_states => {
        _start => sub { $_[KERNEL]->yield('work') },
        work   => sub { out('kid work') },
        _stop  => sub { out('kid _stop'); die "bad stop\n" },
      });
      $_[KERNEL]->yield(tick => 4);
      return;
    },
    tick   => sub { out('tick', $_[ARG0]); $_[KERNEL]->yield(tick => $_[ARG0] - 1) if $_[ARG0] > 1 },
    died   => sub { out('died (not reached)'); $_[KERNEL]->sig_handled },
    _child => sub { out('parent _child', $_[ARG0], $_[ARG2]) },
    _stop  => sub { out('parent _stop') },
  },
);
my $ok = eval { $poe_kernel->run(); 1 };
out('run', $ok ? 'returned' : 'died ' . clean($@));
