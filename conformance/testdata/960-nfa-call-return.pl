# POE::NFA: call_state() remembers the state it is carried out in, on a stack; return_state()
# goes back there with the return event and its own arguments.  "leave" runs on the way there
# and on the way back.  Without entry or return event the state alone changes.  Transitions
# queue behind events that were there before; the stack is looked at when they happen.
# Doc: POE::NFA "call_state", "return_state".
use strict; use warnings; use POE::Kernel; use POE::Session (); use POE::NFA; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

my $machine = POE::NFA->spawn(
  runstate => { depth => 0 },
  inline_states => {
    main => {
      setup => sub { $poe_kernel->alias_set('m'); out('setup in', $_[STATE]) },
      go    => sub {
        $_[MACHINE]->call_state('back', 'sub1', 'enter', 'a', 'b');
        $poe_kernel->yield('probe');
        out('called, still', $_[MACHINE]->get_current_state);
        return;
      },
      probe => sub { out('probe in main') },
      back  => sub { out('back', $_[STATE], $_[EVENT], @_[ARG0 .. $#_], 'sender is me', $_[SENDER] == $_[MACHINE] ? 1 : 0) },
      quiet => sub { $_[MACHINE]->call_state(undef, 'silent'); $poe_kernel->yield('where'); return },
      where => sub { out('where: main') },
      again => sub { $_[MACHINE]->call_state('back', 'sub1'); $_[MACHINE]->call_state('deep', 'sub2', 'enter', 'queued'); return },
      end   => sub { out('end in', $_[STATE]); $poe_kernel->alias_remove('m'); return },
      leave => sub { out('leave', $_[STATE], 'args', scalar(@_) - ARG0) },
    },
    sub1 => {
      enter  => sub { out('enter', $_[STATE], @_[ARG0 .. $#_]); $_[MACHINE]->call_state('deep', 'sub2', 'enter', 'x'); return },
      deep   => sub { out('deep', @_[ARG0 .. $#_]); $_[MACHINE]->return_state('from', 'sub1'); return },
      probe  => sub { out('probe in sub1') },
      leave  => sub { out('leave', $_[STATE]) },
    },
    sub2 => {
      enter => sub { out('enter', $_[STATE], @_[ARG0 .. $#_]); $_[MACHINE]->return_state(1, 2); return },
      probe => sub { out('probe in sub2') },
    },
    silent => {
      where => sub { out('where: silent'); $_[MACHINE]->return_state('lost'); $poe_kernel->yield('where'); return },
      leave => sub { out('leave silent') },
    },
  },
);
$machine->goto_state('main', 'setup');
my @plan = qw(go quiet again end);
POE::Session->create(
  inline_states => {
    _start => sub { $poe_kernel->yield('next', 0) },
    next   => sub {
      return $poe_kernel->yield('next', $_[ARG0] - 1) if $_[ARG0];
      my $event = shift @plan or return;
      out('--', $event);
      $poe_kernel->post(m => $event);
      $poe_kernel->yield('next', 12);
    },
  },
);
$poe_kernel->run();
out('done');
