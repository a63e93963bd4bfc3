# alarm_adjust works on delays and delay_adjust on alarms; both give the new absolute time.
# Moved timers fire in their new order; a second adjustment counts from the first.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

my ($a, $b, $c);
POE::Session->create(
  inline_states => {
    _start => sub {
      my $k = $_[KERNEL];
      my $t = time + 1000;
      $a = $k->alarm_set(ev => $t, 'a');
      $b = $k->delay_set(ev => 1000, 'b');
      $c = $k->delay_set(ev => 0.09, 'c');
      out('alarm_adjust of an alarm', $k->alarm_adjust($a, 5) == $t + 5 ? 'adds' : 'other');
      out('again', $k->alarm_adjust($a, -5) == $t ? 'adds' : 'other');
      my $n = $k->delay_adjust($a, 0.06);
      out('delay_adjust of an alarm', $n - time < 1 && $n - time > -1 ? 'from now' : 'other');
      $n = $k->alarm_adjust($b, -999.97);
      out('alarm_adjust of a delay', $n - time < 1 && $n - time > -1 ? 'adds' : 'other');
      $! = 0; my $r = $k->alarm_adjust(987654, 1); out('unknown', $r, $!{ESRCH} ? 'ESRCH' : $! + 0);
      $! = 0; $r = $k->alarm_adjust(undef, 1); out('no id', $r, $!{EINVAL} ? 'EINVAL' : $! + 0);
      $! = 0; $r = $k->alarm_adjust($a); out('no time', $r, $!{EINVAL} ? 'EINVAL' : $! + 0);
      POE::Session->create(inline_states => { _start => sub {
        $! = 0; my $r = $k->alarm_adjust($a, 1); out('foreign', $r, $!{EPERM} ? 'EPERM' : $! + 0);
        $r = $k->delay_adjust($a, 1); out('foreign', $r);
      } });
    },
    ev => sub { out('ev', $_[ARG0]) },
  },
);
$poe_kernel->run();
