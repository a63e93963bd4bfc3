# POE::NFA: the option "trace" reports each event before it is acted on, the machine's own as
# well, and every part of a transition: "leave", the entry event, and the goto that a call or a
# return consists of.  call() in list context gives the last value alone.  A callback does not
# keep the machine alive.
# Doc: POE::NFA "option", "callback".
use strict; use warnings; use POE::Kernel; use POE::Session (); use POE::NFA; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
$SIG{__WARN__} = sub {
  my $w = shift;
  $w =~ s/^=== \d+ === //mg; $w =~ s/^\d+/N/;
  chomp $w; out("warning: $w");
};
my $callback;
my $machine = POE::NFA->spawn(
  options => { trace => 1 },
  inline_states => {
    one => {
      setup => sub { $poe_kernel->alias_set('m'); $poe_kernel->sig(DIE => 'died'); out('setup'); return },
      died  => sub { out('died', $_[ARG1]{event}); $poe_kernel->sig_handled },
      list  => sub { return (1, 2, 3) },
      none  => sub { return },
      single => sub { return 'one' },
      dies  => sub { die "oops\n" },
      visit => sub { $_[MACHINE]->call_state('back', 'two', 'enter', 'v'); return },
      back  => sub { out('back', @_[ARG0 .. $#_]); return },
      leave => sub { out('leave one'); return },
      quiet => sub { $_[MACHINE]->option(trace => 0); $_[MACHINE]->goto_state('two'); return },
    },
    two => {
      enter => sub { out('enter two'); $poe_kernel->state(internal => sub { out('internal'); return (7, 8) }); return },
      _default => sub { out('_default', $_[ARG0]); return ('a', 'b') },
      home  => sub { $_[MACHINE]->return_state('r'); return },
      loud  => sub { $_[MACHINE]->option(trace => 1); return },
      end   => sub { $callback = $_[MACHINE]->callback('called', 'made'); $poe_kernel->alias_remove('m'); return },
      called => sub { out('never: called'); return },
    },
  },
);
$machine->goto_state('one', 'setup');
sub both {
  my $event = shift;
  my @list = $poe_kernel->call(m => $event, @_);
  my $value = $poe_kernel->call(m => $event, @_);
  out($event, 'list of', scalar(@list), @list, 'scalar', $value);
}
POE::Session->create(
  inline_states => {
    _start => sub { $poe_kernel->yield('calls') },
    calls  => sub {
      both($_) for qw(list none single);
      $poe_kernel->post(m => 'dies');
      $poe_kernel->delay(visit => 0.02);
    },
    visit  => sub { $poe_kernel->post(m => 'visit'); $poe_kernel->delay(there => 0.02) },
    there  => sub {
      both($_) for qw(internal unheard _start);
      $poe_kernel->post(m => 'home');
      $poe_kernel->delay(quiet => 0.02);
    },
    quiet  => sub { $poe_kernel->post(m => 'quiet'); $poe_kernel->delay(loud => 0.02) },
    loud   => sub { $poe_kernel->post(m => 'loud'); $poe_kernel->post(m => 'end'); $poe_kernel->delay(call => 0.02) },
    call   => sub { my @list = $callback->('used'); out('callback gave', scalar @list) },
  },
);
$poe_kernel->run();
out('done');
