# Timers by their numbers: moved over each other, moved in a handler, taken back after they
# have fired, and two of one name of which one is removed by number.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

my %id;
POE::Session->create(
  inline_states => {
    _start => sub {
      my $k = $_[KERNEL];
      $id{$_} = $k->delay_set('ring', 100, $_) for qw(a b c d e);
      $k->delay_adjust($id{c}, 0.02);
      $k->delay_adjust($id{a}, 0.06);
      $k->delay_adjust($id{b}, 0.10);
      my @gone = $k->alarm_remove($id{d}); out('removed', $gone[0], scalar(@gone), @{$gone[2]});
      @gone = $k->alarm_remove($id{d}); out('again', scalar(@gone), $!{ESRCH} ? 'ESRCH' : 'other');
    },
    ring => sub {
      my ($k, $which) = @_[KERNEL, ARG0];
      out('ring', $which);
      if ($which eq 'c') {
        my $r = $k->delay_adjust($id{c}, 1); out('its own', defined $r ? 'moved' : 'undef', $!{ESRCH} ? 'ESRCH' : 'other');
        $id{f} = $k->delay_set(ring => 0, 'f');
        out('order', $id{f} > $id{e} ? 'grows' : 'other');
        $k->yield(ring => 'yielded');
      }
      if ($which eq 'a') { $k->delay(ring => 0.02, 'g') }
      if ($which eq 'g') { out('left', scalar(() = $k->alarm_remove($id{b}))); $k->alarm('ring') }
    },
    _stop => sub { out('_stop') },
  },
);
$poe_kernel->run();
out('done');
