# The far end goes while output waits: what it had written is read, then comes the write error,
# and in the next turn the end of the input.  The octets stay counted; no FlushedEvent comes.
use strict; use warnings; use Socket; use POE qw(Wheel::ReadWrite Filter::Stream Filter::Line Filter::Block); $| = 1;
sub out { print join(" ", map { defined() ? $_ : "undef" } @_), "\n"; return }
sub vis { my $s = shift; $s =~ s/([^ -~])/sprintf "\\x%02x", ord $1/ge; return "<$s>" }

socketpair(my $near, my $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die;
POE::Session->create(
  inline_states => {
    _start => sub {
      my $w = $_[HEAP]{w} = POE::Wheel::ReadWrite->new(
        Handle => $near, InputEvent => 'input', FlushedEvent => 'flushed', ErrorEvent => 'error');
      syswrite $far, "last words\n";
      close $far;
      $w->put('never', 'heard');
      return;
    },
    input   => sub { out('input', $_[ARG0]) },
    flushed => sub { out('flushed (not reached)') },
    error   => sub {
      out('error', $_[ARG0], $_[ARG1] == 0 ? 'end' : $!{EPIPE} || $_[ARG1] == 32 ? 'EPIPE' : $_[ARG1] + 0, 'argc', @_ - ARG0);
      $_[KERNEL]->yield(wait => 3) if $_[ARG0] eq 'write';
    },
    wait => sub {
      return $_[KERNEL]->yield(wait => $_[ARG0] - 1) if $_[ARG0];
      my $w = $_[HEAP]{w};
      out('octets', $w->get_driver_out_octets, 'messages', $w->get_driver_out_messages);
      delete $_[HEAP]{w};
      return;
    },
    _stop => sub { out('_stop') },
  },
);
$poe_kernel->run();
