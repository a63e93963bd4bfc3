# A signal that is on its way when its last watcher goes is not lost: it takes its default
# action.  Benign ones do nothing then; terminal ones stop the program, whether they come from
# the operating system or from signal().
# Doc: POE::Kernel "sig", "Terminal signals", "signal".
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

for my $how ('signal USR1', 'kill USR1', 'signal INT', 'kill INT', 'kill TERM', 'kill HUP', 'kill QUIT') {
  my ($by, $sig) = split ' ', $how;
  out("-- $how");
  POE::Session->create(
    inline_states => {
      _start => sub {
        $_[KERNEL]->sig($sig => 'caught');
        $_[KERNEL]->delay(survived => 0.2);
        bystander();
        $_[KERNEL]->yield('fire');
      },
      fire => sub {
        my $k = $_[KERNEL];
        if ($by eq 'kill') { kill $sig => $$ } else { $k->signal($k, $sig) }
        $k->sig($sig);
        out('watcher gone');
        return;
      },
      caught   => sub { out('never: caught', $_[ARG0]) },
      survived => sub { out('survived'); $_[KERNEL]->post(bystander => 'leave') },
      _stop    => sub { out('_stop') },
    },
  );
  $poe_kernel->run();
  out('run returned');
}
sub bystander {
  POE::Session->create(
    inline_states => {
      _start => sub { $_[KERNEL]->alias_set('bystander') },
      leave  => sub { $_[KERNEL]->alias_remove('bystander') },
      _stop  => sub { out('bystander _stop') },
    },
  );
}
out('done');
