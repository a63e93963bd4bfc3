# Every turn looks at the handles before the queue: a pipe that is readable is served
# before events that were queued earlier.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

pipe(my $rd, my $wr) or die;
POE::Session->create(
  inline_states => {
    _start => sub {
      $_[KERNEL]->select_read($rd => 'readable');
      $_[KERNEL]->yield('first');
      $_[KERNEL]->yield('second');
      syswrite $wr, 'xy';
    },
    readable => sub {
      sysread $rd, my $c, 1;
      out('readable', $c);
      $_[KERNEL]->yield("queued by $c");
      $_[KERNEL]->select_read($rd) if $c eq 'y';
      return;
    },
    _default => sub { out($_[ARG0]); return },
    first    => sub { out('first'); $_[KERNEL]->yield('third') },
    _stop    => sub { out('_stop') },
  },
);
$poe_kernel->run();
out('done');
