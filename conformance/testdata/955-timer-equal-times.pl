# Timers due at the same time fire in the order in which they were set, across sessions
# and names, however they were set.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

use Time::HiRes;
my $t = Time::HiRes::time() + 0.1;
my @ses = map {
  my $name = $_;
  POE::Session->create(
    inline_states => {
      _start => sub { $_[KERNEL]->alias_set($name) },
      set    => sub {
        my ($how, $event, $arg) = @_[ARG0 .. ARG2];
        $_[KERNEL]->$how($event => $t, $arg);
        return;
      },
      map { my $e = $_; ($e => sub { out($name, $e, $_[ARG0]) }) } qw(x y),
    },
  );
} qw(A B C);
my $n = 0;
for my $how (qw(alarm_add alarm_set)) {
  for my $event (qw(x y)) {
    for my $s (reverse(@ses), @ses) { $poe_kernel->call($s => set => $how, $event, ++$n) }
  }
}
$poe_kernel->run();
out('done');
