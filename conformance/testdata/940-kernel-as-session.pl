# The kernel as a destination: posting to it succeeds and does nothing, calling it gives
# 0, a signal to it visits every session.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

POE::Session->create(
  heap => { name => 'S' },
  inline_states => {
    _start => sub {
      my $k = $_[KERNEL];
      $k->sig(FOO => 'foo');
      out('post by ref', scalar $k->post($k => 'anything', 1));
      out('post by id', scalar $k->post($k->ID => 'anything', 1));
      out('call', scalar $k->call($k => 'anything'), scalar $k->call($k->ID => '_start'));
      out('signal', scalar $k->signal($k => 'FOO', 'x'));
      out('active session', who($k->get_active_session));
    },
    foo   => sub { out('foo', @_[ARG0 .. $#_]) },
    _stop => sub { out('_stop') },
  },
);
out('outside', who($poe_kernel->get_active_session), 'call', scalar $poe_kernel->call($poe_kernel => 'x'));
$poe_kernel->run();
out('done');
