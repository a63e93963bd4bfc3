# A handler of DIE that calls sig_handled() and then throws: run() dies all the same, with
# the new exception.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

sub clean { my $e = shift; $e =~ s/ at \S+ line \d+\.?\n//; chomp $e; return join ' | ', split /\n/, $e }
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('parent'); $_[KERNEL]->delay(late => 30); $_[KERNEL]->yield('go') },
    go     => sub {
      $_[KERNEL]->sig(DIE => 'died');
      $_[KERNEL]->yield(tick => 4);
      die "first\n";
    },
    tick   => sub { out('tick', $_[ARG0]); $_[KERNEL]->yield(tick => $_[ARG0] - 1) if $_[ARG0] > 1 },
    died   => sub { out('died'); $_[KERNEL]->sig_handled; die "second\n" },
    _stop  => sub { out('parent _stop') },
  },
);
my $ok = eval { $poe_kernel->run(); 1 };
out('run', $ok ? 'returned' : 'died ' . clean($@));
