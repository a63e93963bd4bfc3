# POE::NFA, edges: an event before the first goto_state() is fatal, and the first transition is
# queued after it; _child without a handler is fatal, too; a handler of the kernel's state() serves
# all states, but a state's own wins; a failed call_state() leaves its state on the stack; an
# exception in "leave" keeps the state; postbacks and options work as in a session.
# Doc: POE::NFA "PREDEFINED EVENT NAMES", "Methods that match POE::Session".
use strict; use warnings; use POE::Kernel; use POE::Session (); use POE::NFA; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub clean { my $e = shift; $e =~ s/^=== \d+ === //mg; $e =~ s/session \d+/session N/g; $e =~ s/^\d+ tried/N tried/mg; $e =~ s/ from \S* ?at \d+/ from FILE at LINE/; $e =~ s/ at \S+ line \d+\.//; chomp $e; return "<$e>" }

sub scenario {
  my ($label, $code) = @_;
  out("-- $label");
  my $machine = POE::NFA->spawn(
    inline_states => {
      a => {
        enter  => sub { out('enter a', @_[ARG0 .. $#_]); $poe_kernel->sig(DIE => 'died'); return },
        died   => sub { out('DIE in', $_[STATE], 'event', $_[ARG1]{event}); $poe_kernel->sig_handled; return },
        child  => sub { POE::Session->create(inline_states => { _start => sub { out('child') }, _stop => sub { 0 } }); return },
        common => sub { out('common of a') },
        define => sub { $poe_kernel->state(common => sub { out('common of all, argument', $_[ARG0]) }); return },
        post   => sub { my $p = $_[MACHINE]->postback('posted', 1); out('postback gives', $p->(2)); return },
        posted => sub { out('posted', "@{$_[ARG0]}", "@{$_[ARG1]}") },
        _child => sub { out('_child', $_[ARG0]) },
        where  => sub { out('where: a') },
      },
      b => {
        enter  => sub { out('enter b', @_[ARG0 .. $#_]); $poe_kernel->sig(DIE => 'died'); return },
        died   => sub { out('DIE in', $_[STATE], 'event', $_[ARG1]{event}); $poe_kernel->sig_handled; return },
        child  => sub { POE::Session->create(inline_states => { _start => sub { out('child') }, _stop => sub { 0 } }); return },
        leave  => sub { out('leave b'); die "in leave\n" },
        where  => sub { out('where: b') },
      },
    },
  );
  my $ok = eval { $code->($machine); $poe_kernel->run(); 1 };
  out($ok ? 'run returned' : 'died ' . clean($@), 'state', $machine->get_current_state);
  eval { $poe_kernel->run() };
  return;
}
scenario('event before the first state', sub { my $m = shift; $poe_kernel->post($m => 'where') });
scenario('handled event, then the first state', sub { my $m = shift;
  $poe_kernel->call($m => 'where'); $m->goto_state('a', 'enter'); out('state', $m->get_current_state) });
scenario('_child', sub { my $m = shift; $m->goto_state('a', 'enter'); $poe_kernel->post($m => 'child') });
scenario('_child unknown', sub { my $m = shift; $m->goto_state('b', 'enter'); $poe_kernel->post($m => 'child') });
scenario('state()', sub { my $m = shift; $m->goto_state('a', 'enter');
  $poe_kernel->post($m => 'define'); $poe_kernel->post($m => 'common', 1); $m->goto_state('b'); $poe_kernel->post($m => 'common', 2) });
scenario('failed call', sub { my $m = shift; $m->goto_state('a', 'enter');
  $m->call_state('where', 'nowhere'); $m->goto_state('b', 'enter'); $poe_kernel->post($m => 'where') });
scenario('leave dies', sub { my $m = shift; $m->goto_state('b', 'enter'); $m->goto_state('a', 'enter'); $poe_kernel->post($m => 'where') });
scenario('call first', sub { my $m = shift; $m->call_state('x', 'a', 'enter', 1); $poe_kernel->post($m => 'where'); $m->return_state });
scenario('postback', sub { my $m = shift; $m->goto_state('a', 'enter'); $poe_kernel->post($m => 'post') });
scenario('option', sub { my $m = shift; $m->goto_state('a', 'enter');
  out('immediate', $m->option('immediate'), 'set', $m->option(immediate => 'yes'), 'now', $m->option('IMMEDIATE'), 'own', $m->option(own => 'x'), $m->option(own => undef), $m->option('own'));
  $m->goto_state('b'); out('state', $m->get_current_state) });
