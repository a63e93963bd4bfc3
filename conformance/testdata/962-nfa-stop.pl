# POE::NFA: stop() is queued; it ends the machine whatever keeps it alive, without "leave",
# and its parent gets _child(lose) with undef.  Events queued behind it are lost.  A machine
# has no _start and _stop handlers.  goto_state() of a stopped machine fails quietly.
# Doc: POE::NFA "stop".
use strict; use warnings; use POE::Kernel; use POE::Session (); use POE::NFA; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

my $machine;
POE::Session->create(
  inline_states => {
    _start => sub {
      $machine = POE::NFA->spawn(
        inline_states => {
          run => {
            enter  => sub { out('enter, session', $_[MACHINE]->ID); $poe_kernel->alias_set('m'); $poe_kernel->delay(later => 100); $poe_kernel->refcount_increment($_[MACHINE]->ID, 'stay'); return },
            quit   => sub { $_[MACHINE]->stop; $poe_kernel->yield('lost'); out('stop called, alive', $poe_kernel->alias_resolve('m') ? 1 : 0); return },
            before => sub { out('queued before') },
            lost   => sub { out('never') },
            later  => sub { out('never') },
            leave  => sub { out('never: leave') },
            _start => sub { out('never: _start') },
            _stop  => sub { out('never: _stop') },
          },
          other => {},
        },
      );
      out('spawned', $machine->get_current_state);
      $machine->goto_state('run', 'enter');
      $poe_kernel->post(m => 'quit');
      $poe_kernel->post(m => 'before');
    },
    _child => sub {
      out('_child', $_[ARG0], $_[ARG1] == $machine ? 'machine' : 'other', defined $_[ARG2] ? $_[ARG2] : 'undef') if $machine;
      out('_child', $_[ARG0]) unless $machine;
      $poe_kernel->yield('afterwards') if $_[ARG0] eq 'lose';
      return;
    },
    afterwards => sub {
      out('alias', $poe_kernel->alias_resolve('m') ? 1 : 0, 'state', $machine->get_current_state);
      $machine->goto_state('other');
      out('goto of a stopped one', $machine->get_current_state);
    },
    _stop => sub { out('parent stops') },
  },
);
$poe_kernel->run();
out('done');
