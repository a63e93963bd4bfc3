# HighEvent comes when a flush, not put(), finds more than the mark: here the mark is lowered
# behind put()'s back.  LowEvent and FlushedEvent follow once the far end has read.
use strict; use warnings; use Socket; use POE qw(Wheel::ReadWrite Filter::Stream Filter::Line Filter::Block); $| = 1;
sub out { print join(" ", map { defined() ? $_ : "undef" } @_), "\n"; return }
sub vis { my $s = shift; $s =~ s/([^ -~])/sprintf "\\x%02x", ord $1/ge; return "<$s>" }

socketpair(my $near, my $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die;
$far->blocking(0);
POE::Session->create(
  inline_states => {
    _start => sub {
      my $w = $_[HEAP]{w} = POE::Wheel::ReadWrite->new(
        Handle => $near, Filter => POE::Filter::Stream->new, FlushedEvent => 'flushed', ErrorEvent => 'error',
        HighMark => 8_000_000, HighEvent => 'high', LowMark => 10, LowEvent => 'low');
      out('put', $w->put('x' x 4_000_000) ? 'true' : 'false');
      $w->set_high_mark(1000);
      return;
    },
    high => sub { out('high', 'argc', @_ - ARG0, 'my id', $_[ARG0] == $_[HEAP]{w}->ID ? 'yes' : 'no'); $_[KERNEL]->yield('drain') },
    drain => sub {
      while (my $n = sysread $far, my $buf, 65536) { $_[HEAP]{n} += $n }
      $_[KERNEL]->yield('drain') if $_[HEAP]{n} < 4_000_000;
      return;
    },
    low     => sub { out('low', 'octets', $_[HEAP]{w}->get_driver_out_octets) },
    flushed => sub { out('flushed'); delete $_[HEAP]{w}; return },
    error   => sub { out('error', @_[ARG0 .. ARG2]) },
    _stop   => sub { while (my $n = sysread $far, my $buf, 65536) { $_[HEAP]{n} += $n } out('far end got', $_[HEAP]{n}) },
  },
);
$poe_kernel->run();
