# An alarm for a time that is past, but later than the start of the program, overtakes events that
# were queued after that time, whether or not another timer is pending.  Found by the model test.
# Doc: POE::Kernel "alarm".
use strict; use warnings; use Time::HiRes qw(time sleep); use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

for my $pending (0, 1) {
  out($pending ? '-- with another timer' : '-- without timers');
  sleep 0.4;
  POE::Session->create(inline_states => {
    _start => sub {
      $poe_kernel->delay(other => 0.01) if $pending;
      $poe_kernel->yield('queued', 1);
      $poe_kernel->yield('queued', 2);
      $poe_kernel->alarm(past => time() - 0.2);
      $poe_kernel->alarm_add(past => time() - 0.3);
      $poe_kernel->yield('queued', 3);
    },
    past   => sub { out('past') },
    queued => sub { out('queued', $_[ARG0]) },
    other  => sub { out('other') },
  });
  $poe_kernel->run;
}
