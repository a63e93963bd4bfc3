# A state machine makes sessions: it hears of them as _child in the state it is in then,
# it lives as long as they do, and what they return is the third argument.
use strict; use warnings; use POE::Kernel; use POE::Session (); use POE::NFA; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

sub kid {
  my ($name, $n) = @_;
  POE::Session->create(inline_states => {
    _start => sub { out("$name _start", $_[SENDER] == $poe_kernel ? 'kernel' : ref $_[SENDER]); $_[KERNEL]->yield(count => $n); "$name born" },
    count  => sub { out("$name count", $_[ARG0]); $_[ARG0] ? $_[KERNEL]->yield(count => $_[ARG0] - 1) : $_[KERNEL]->post(m => 'report', $name) },
    _stop  => sub { out("$name _stop"); return "$name dead" },
  });
}
POE::NFA->spawn(
  runstate => { n => 0 },
  inline_states => {
    idle => {
      setup  => sub { $_[KERNEL]->alias_set('m'); kid(a => 1); $_[MACHINE]->goto_state('busy', 'enter', 'x') },
      _child => sub { out('idle _child', $_[ARG0], $_[ARG2]) },
      report => sub { out('idle report', $_[ARG0]) },
      leave  => sub { out('idle leave'); kid(b => 0) },
    },
    busy => {
      enter  => sub { out('busy enter', $_[ARG0]); kid(c => 2) },
      _child => sub { out('busy _child', $_[ARG0], $_[ARG2]); $_[KERNEL]->yield('lost') if $_[ARG0] eq 'lose' },
      report => sub { out('busy report', $_[ARG0], ++$_[RUNSTATE]{n}) },
      lost   => sub { out('busy lost', $_[RUNSTATE]{n}); if ($_[RUNSTATE]{n} == 3) { $_[RUNSTATE]{n}++; $_[MACHINE]->goto_state('over', 'end') } },
    },
    over => {
      end    => sub { out('over'); kid(d => 0); $_[KERNEL]->alias_remove('m') },
      _child => sub { out('over _child', $_[ARG0], $_[ARG2]) },
      lost   => sub { out('over lost') },
      _default => sub { out('over _default', $_[ARG0]) },
    },
  },
)->goto_state('idle', 'setup');
$poe_kernel->run();
out('done');
