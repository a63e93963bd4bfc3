# call() to one's own session is a plain function call: the active event stays that of
# the caller. To another session it is an event of its own.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

sub show { my ($label, $k) = @_; out($label, 'active event', $k->get_active_event, 'session', who($k->get_active_session)) }
POE::Session->create(
  heap => { name => 'other' },
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('other') },
    asked  => sub { show('other asked', $_[KERNEL]); out('  state', $_[STATE], 'sender', who($_[SENDER]), 'caller', $_[CALLER_STATE]); return 1 },
  },
);
POE::Session->create(
  heap => { name => 'me' },
  inline_states => {
    _start => sub { $_[KERNEL]->yield('go') },
    go     => sub {
      my $k = $_[KERNEL];
      show('go', $k);
      $k->call($_[SESSION], 'inner', 'x');
      show('go again', $k);
      $k->call(other => 'asked');
      show('go at last', $k);
    },
    inner  => sub {
      show('inner', $_[KERNEL]);
      out('  state', $_[STATE], 'sender', who($_[SENDER]), 'caller', $_[CALLER_STATE], 'arg', $_[ARG0]);
      $_[KERNEL]->yield('queued');
      $_[KERNEL]->call(other => 'asked');
    },
    queued => sub { out('queued by', $_[CALLER_STATE]) },
  },
);
show('outside', $poe_kernel);
$poe_kernel->run();
out('done');
