# An exception in a handler that was called in another session becomes DIE there; the
# caller gets undef and goes on. In the own session it is an ordinary exception.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

sub clean { my $e = shift; $e =~ s/ at \S+ line \d+\.?\n//; chomp $e; return "<$e>" }
POE::Session->create(
  heap => { name => 'other' },
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('other'); $_[KERNEL]->sig(DIE => 'died') },
    bad    => sub { out('bad'); die "thrown in other\n" },
    nested => sub { out('nested'); my $r = $_[KERNEL]->call(third => 'worse'); out('nested got', $r); return 'nested-value' },
    died   => sub { my $x = $_[ARG1]; out('other died', $x->{event}, 'from', who($x->{source_session}), $x->{from_state}, clean($x->{error_str})); $_[KERNEL]->sig_handled },
  },
);
POE::Session->create(
  heap => { name => 'third' },
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('third'); $_[KERNEL]->sig(DIE => 'died') },
    worse  => sub { die "thrown in third\n" },
    died   => sub { my $x = $_[ARG1]; out('third died', $x->{event}, 'from', who($x->{source_session}), $x->{from_state}); $_[KERNEL]->sig_handled },
  },
);
POE::Session->create(
  heap => { name => 'me' },
  inline_states => {
    _start => sub { $_[KERNEL]->yield('go') },
    go     => sub {
      my $k = $_[KERNEL];
      $k->sig(DIE => 'died');
      my $r = $k->call(other => 'bad');
      out('got', $r, 'and goes on, active', $k->get_active_event);
      out('got', scalar $k->call(other => 'nested'));
      my $ok = eval { $k->call($_[SESSION], 'own'); 1 };
      out('own', $ok ? 'returned' : 'threw ' . clean($@));
      $k->call($_[SESSION], 'own');
      out('not reached');
    },
    own    => sub { die "thrown in me\n" },
    died   => sub { my $x = $_[ARG1]; out('me died', $x->{event}, clean($x->{error_str})); $_[KERNEL]->sig_handled },
  },
);
$poe_kernel->run();
out('done');
