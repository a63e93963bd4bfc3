# A terminal signal: first all handlers, deepest first, then the stops, deepest first; those
# who do not watch are stopped as well. What a handler posts is lost with its session.
# A benign signal does no harm, handled or not; INT, QUIT, HUP, KILL and TERM are terminal.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

sub chain {
  my ($sig, $name, @rest) = @_;
  POE::Session->create(
    inline_states => {
      _start => sub {
        $_[KERNEL]->alias_set($name);
        $_[KERNEL]->sig($sig => 'sig') unless $name eq 'B';
        chain($sig, @rest) if @rest;
        return;
      },
      sig    => sub { out($name, 'sees', $_[ARG0]); $_[KERNEL]->yield('late'); $_[KERNEL]->post(A => 'late') },
      late   => sub { out($name, 'late') },
      _stop  => sub { out($name, '_stop') },
    },
  );
}
for my $sig (qw(INT QUIT HUP KILL TERM USR1 CONT MADE_UP)) {
  chain($sig, qw(A B C));
  out('--', $sig);
  $poe_kernel->signal(A => $sig);
  $poe_kernel->run();
}
out('done');
