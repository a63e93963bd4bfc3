# set_input_filter() in an input handler: what the old filter has not made records of goes to
# the new one, whose records come inside the call.  set_output_filter() leaves alone what
# was put before.  set_filter() from outside a handler delivers at once, too.
use strict; use warnings; use Socket; use POE qw(Wheel::ReadWrite Filter::Stream Filter::Line Filter::Block); $| = 1;
sub out { print join(" ", map { defined() ? $_ : "undef" } @_), "\n"; return }
sub vis { my $s = shift; $s =~ s/([^ -~])/sprintf "\\x%02x", ord $1/ge; return "<$s>" }

socketpair(my $near, my $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die;
POE::Session->create(
  inline_states => {
    _start => sub {
      my $w = $_[HEAP]{w} = POE::Wheel::ReadWrite->new(
        Handle => $near, InputEvent => 'input', FlushedEvent => 'flushed', ErrorEvent => 'error');
      $w->put('one');
      $w->set_output_filter(POE::Filter::Line->new(Literal => '|'));
      $w->put('two');
      syswrite $far, "first\nabcdefgh";
      return;
    },
    input => sub {
      my ($text, $w) = ($_[ARG0], $_[HEAP]{w});
      out('input', vis($text));
      if ($text eq 'first') {
        $w->set_input_filter(POE::Filter::Block->new(BlockSize => 3));
        out('block filter set', ref $w->get_input_filter, ref $w->get_output_filter);
        $_[KERNEL]->yield(wait => 3);
      }
      return;
    },
    wait => sub {
      return $_[KERNEL]->yield(wait => $_[ARG0] - 1) if $_[ARG0];
      out('two octets wait');
      $_[HEAP]{w}->set_filter(POE::Filter::Stream->new);
      out('stream filter set', ref $_[HEAP]{w}->get_output_filter);
      delete $_[HEAP]{w};
      return;
    },
    flushed => sub { sysread $far, my $buf, 100; out('flushed, far end got', vis($buf)) },
    error   => sub { out('error', @_[ARG0 .. ARG2]) },
    _stop   => sub { out('_stop') },
  },
);
$poe_kernel->run();
