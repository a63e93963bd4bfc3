# An exception that no handler of DIE handles stops its sessions - but sig_handled() called by
# one that learns of it, in its _child(lose) or _stop, still keeps the program going: run() goes
# on without those sessions and does not die.  Found by the model test.
# Doc: POE::Kernel "Exception Handling", "sig_handled".
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

sub scenario {
  my ($where) = @_;
  out("-- sig_handled in $where");
  POE::Session->create(inline_states => {
    _start => sub { $poe_kernel->delay(later => 0.05); return },
    later  => sub { out('another session goes on') },
    _stop  => sub { out('another session stops') },
  });
  POE::Session->create(inline_states => {
    _start => sub {
      $poe_kernel->sig(DIE => 'died');
      POE::Session->create(inline_states => {
        _start => sub { $poe_kernel->yield('fail') },
        fail   => sub { die "boom\n" },
        _stop  => sub { out('thrower stops'); $poe_kernel->sig_handled if $where eq '_stop'; return },
      });
      $poe_kernel->yield('alive');
      return;
    },
    alive  => sub { out('parent is alive') },
    died   => sub { out('parent sees', $_[ARG0], 'and does not handle it') },
    _child => sub { out('parent: _child', $_[ARG0]); $poe_kernel->sig_handled if $where eq '_child' && $_[ARG0] eq 'lose'; return },
    _stop  => sub { out('parent stops') },
  });
  my $ok = eval { $poe_kernel->run; 1 };
  out($ok ? 'run returned' : "run died: $@" =~ s/\n.*//sr);
}
scenario($_) for qw(_child _stop nowhere);
