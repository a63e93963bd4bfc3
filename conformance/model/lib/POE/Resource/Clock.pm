# A virtual clock in place of POE's own.  It stands until something moves it; only each glance at
# it lets next to no time pass, so that what is queued later is later.
package POE::Resource::Clock;
use strict; use warnings; no warnings 'redefine';
use Exporter 'import';
our @EXPORT_OK = qw(monotime walltime time sleep wall2mono mono2wall);

our $now = 100;

sub monotime { return $now += 2e-6 }
sub walltime { return $now }
sub time { return $now }
sub sleep { return $now += $_[0] }
sub wall2mono { return $_[0] }
sub mono2wall { return $_[0] }

# Goes to a time and a bit; the traces of earlier glances are wiped away.
sub jump {
  my ($to, $more) = @_;
  $now = sprintf('%.3f', $to) + $more;
  return;
}

1;
