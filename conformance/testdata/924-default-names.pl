# In _default STATE says _default, ARG0 the event; get_active_event() still gives the
# event's own name, also in nested calls, and the handler's value answers call().
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

POE::Session->create(
  heap => { name => 'D' },
  inline_states => {
    _start   => sub { $_[KERNEL]->alias_set('D') },
    _default => sub { out('default', $_[STATE], $_[ARG0], 'active', $_[KERNEL]->get_active_event, 'sender', who($_[SENDER])); return "answer to $_[ARG0]" },
  },
);
POE::Session->create(
  heap => { name => 'C' },
  inline_states => {
    _start   => sub { $_[KERNEL]->yield('unknown'); $_[KERNEL]->sig(BAR => 'unheard'); $_[KERNEL]->signal($_[SESSION], 'BAR'); return },
    _default => sub {
      return if $_[ARG0] =~ /^_/;
      out('C default', $_[ARG0], 'active', $_[KERNEL]->get_active_event, 'caller', $_[CALLER_STATE]);
      out('got', $_[KERNEL]->call(D => "from $_[ARG0]"));
      out('then', $_[KERNEL]->get_active_event);
    },
  },
);
$poe_kernel->run();
out('done');
