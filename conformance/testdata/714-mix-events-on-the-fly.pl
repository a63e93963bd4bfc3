# event() on the fly: a wheel's input goes to another handler within a chunk, to nobody, and
# back; flushed and error events are set late; nothing is lost that was not read.
use strict; use warnings; use POE qw(Wheel::ReadWrite Filter::Line); use Socket; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

socketpair my $near, my $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die;
POE::Session->create(inline_states => {
  _start => sub {
    $_[HEAP]{w} = POE::Wheel::ReadWrite->new(Handle => $near, Filter => POE::Filter::Line->new(Literal => "\n"), InputEvent => 'first');
    syswrite $far, "1\n2\n3\n4\n";
    $_[HEAP]{w}->put('silent');
  },
  first => sub {
    out('first', $_[ARG0]);
    $_[HEAP]{w}->event(InputEvent => 'second', FlushedEvent => 'flushed') if $_[ARG0] eq '2';
    if ($_[ARG0] eq '6') { $_[HEAP]{w}->event(ErrorEvent => 'trouble', FlushedEvent => undef); $_[HEAP]{w}->put('unheard'); $_[KERNEL]->delay(close => 0.02) }
  },
  second => sub {
    out('second', $_[ARG0]);
    if ($_[ARG0] eq '4') {
      $_[HEAP]{w}->event(InputEvent => undef);
      syswrite $far, "5\n6\n";
      $_[HEAP]{w}->put('heard');
      $_[KERNEL]->delay(back => 0.03);
    }
  },
  flushed => sub { sysread $far, my $b, 99; $b =~ s/\n/|/g; out('flushed', $b) },
  back => sub { out('back'); $_[HEAP]{w}->event(InputEvent => 'first') },
  close => sub { sysread $far, my $b, 99; $b =~ s/\n/|/g; out('close', $b); syswrite $far, "unfinished"; close $far },
  trouble => sub { out('error', $_[ARG0], $_[ARG1]); delete $_[HEAP]{w} },
  _stop => sub { out('_stop') },
});
undef $near;
$poe_kernel->run();
out('done');
