# shutdown_output() loses what was not written, and get_driver_out_octets() goes on counting it;
# input goes on until shutdown_input(), after which neither input nor an error comes.
use strict; use warnings; use Socket; use POE qw(Wheel::ReadWrite Filter::Stream Filter::Line Filter::Block); $| = 1;
sub out { print join(" ", map { defined() ? $_ : "undef" } @_), "\n"; return }
sub vis { my $s = shift; $s =~ s/([^ -~])/sprintf "\\x%02x", ord $1/ge; return "<$s>" }

socketpair(my $near, my $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die;
POE::Session->create(
  inline_states => {
    _start => sub {
      my $w = $_[HEAP]{w} = POE::Wheel::ReadWrite->new(
        Handle => $near, InputEvent => 'input', FlushedEvent => 'flushed', ErrorEvent => 'error');
      $w->put('lost');
      $w->shutdown_output;
      out('octets', $w->get_driver_out_octets);
      my $n = sysread $far, my $buf, 100;
      out('far end reads', $n);
      syswrite $far, "still read\n";
    },
    input => sub {
      out('input', $_[ARG0]);
      $_[HEAP]{w}->shutdown_input;
      $_[KERNEL]->yield(wait => 5);
    },
    wait => sub {
      return $_[KERNEL]->yield(wait => $_[ARG0] - 1) if $_[ARG0];
      out('quiet');
      delete $_[HEAP]{w};
      return;
    },
    flushed => sub { out('flushed (not reached)') },
    error   => sub { out('error (not reached)', $_[ARG0], $_[ARG1] + 0) },
    _stop   => sub { out('_stop') },
  },
);
$poe_kernel->run();
