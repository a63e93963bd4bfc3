# Handlers of DIE have no CALLER_STATE, also when the exception comes from a handler that another
# one called or created.  Found by the model test.
# Doc: POE::Kernel "Exception Handling"; POE::Session "CALLER_STATE".
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

POE::Session->create(inline_states => {
  _start => sub { $poe_kernel->sig(DIE => 'died'); $poe_kernel->yield('work') },
  work   => sub {
    my $s = POE::Session->create(inline_states => {
      _start => sub { die "one\n" },
      fail   => sub { die "two\n" },
    });
    $poe_kernel->call($s => 'fail');
    return;
  },
  died   => sub { out('died: event', $_[ARG1]{event}, 'CALLER_STATE', $_[CALLER_STATE]); $poe_kernel->sig_handled; return },
});
$poe_kernel->run;
out('done');
