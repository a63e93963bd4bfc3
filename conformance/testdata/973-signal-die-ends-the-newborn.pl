# While an unhandled exception ends the program, a session born in another's _stop is stopped as
# well as soon as any event is delivered: it does not live until its timer.  Found by the model test.
# Doc: POE::Kernel "Exception Handling".
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

sub newborn {
  POE::Session->create(inline_states => {
    _start => sub { out('newborn starts'); $poe_kernel->delay(late => 0.1); return },
    late   => sub { out('never: late') },
    _stop  => sub { out('newborn stops') },
  });
}
POE::Session->create(inline_states => {
  _start => sub { $poe_kernel->delay(later => 10); return },
  later  => sub { out('never: later') },
  _stop  => sub { out('bystander stops'); newborn(); return },
});
POE::Session->create(inline_states => {
  _start => sub { $poe_kernel->yield('fail') },
  fail   => sub { die "boom\n" },
  _stop  => sub { out('thrower stops') },
});
my $ok = eval { $poe_kernel->run; 1 };
out($ok ? 'run returned' : "run died: $@" =~ s/\n.*//sr);
