# POE::NFA: with the option "immediate" goto_state, call_state and return_state happen inside
# the call: "leave" and the entry event have run when it returns.  Called from another session
# the machine is the active session meanwhile.  The option can be changed at run time.
# Doc: POE::NFA "spawn" (immediate), "option".
use strict; use warnings; use POE::Kernel; use POE::Session (); use POE::NFA; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

my $machine = POE::NFA->spawn(
  options => { immediate => 1 },
  inline_states => {
    one => {
      setup => sub { $poe_kernel->alias_set('m'); out('setup', $poe_kernel->get_active_event) },
      move  => sub {
        $_[MACHINE]->goto_state('two', 'enter', 'now');
        out('after goto', $_[MACHINE]->get_current_state);
        return;
      },
      visit => sub {
        $_[MACHINE]->call_state('back', 'two', 'enter', 'visit');
        out('after call', $_[MACHINE]->get_current_state);
        $_[MACHINE]->return_state('r1', 'r2');
        out('after return', $_[MACHINE]->get_current_state);
        return;
      },
      back  => sub { out('back', @_[ARG0 .. $#_], 'active', $poe_kernel->get_active_event) },
      leave => sub { out('leave one') },
      end   => sub { $poe_kernel->alias_remove('m'); return },
    },
    two => {
      enter => sub {
        out('enter two', @_[ARG0 .. $#_], 'event', $_[EVENT], 'active session is me', $poe_kernel->get_active_session == $_[MACHINE] ? 1 : 0);
        return;
      },
      home  => sub { $_[MACHINE]->goto_state('one'); out('home', $_[MACHINE]->get_current_state); return },
      slow  => sub {
        out('immediate was', $_[MACHINE]->option(immediate => 0));
        $_[MACHINE]->goto_state('one');
        out('slow', $_[MACHINE]->get_current_state);
        return;
      },
      leave => sub { out('leave two') },
    },
  },
);
$machine->goto_state('one', 'setup');
POE::Session->create(
  inline_states => {
    _start => sub {
      $poe_kernel->post(m => $_) for qw(move home visit);
      $poe_kernel->yield('outside');
    },
    outside => sub {
      out('outside, machine in', $machine->get_current_state);
      $machine->goto_state('two', 'enter', 'from outside');
      out('outside, machine in', $machine->get_current_state, 'active is session', $poe_kernel->get_active_session->ID);
      $poe_kernel->post(m => 'slow');
      $poe_kernel->yield('check');
    },
    check => sub { out('check', $machine->get_current_state); $poe_kernel->yield('end') },
    end   => sub { out('end', $machine->get_current_state); $poe_kernel->post(m => 'end') },
  },
);
$poe_kernel->run();
out('done');
