# A handler that dies gives nothing to whoever called it: call() returns undef and
# _child(create) gets undef for _start.  A value that the handler had ready does not get out,
# neither its own nor that of an earlier call().
# Doc: POE::Kernel "call", "_child", "Exception Handling".
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

sub victim {
  my ($name, %dies) = @_;
  return POE::Session->create(
    inline_states => {
      _start => sub { $_[KERNEL]->alias_set($name); die "start\n" if $dies{start}; return "$name started" },
      work   => sub { my @value = (1, 2); die "work\n" if $_[ARG0]; return @value },
      relay  => sub { return $_[KERNEL]->call('ill', 'work', 1) },
      _default => sub { return 0 if $_[ARG0] =~ /^_/; die "default\n" },
    },
  );
}
POE::Session->create(
  inline_states => {
    _start => sub {
      $_[KERNEL]->sig(DIE => 'died');
      $_[KERNEL]->yield('go');
    },
    go => sub {
      my $k = $_[KERNEL];
      victim('well');
      victim('ill', start => 1);
      for my $dies (0, 1) {
        my $value = $k->call('well', 'work', $dies);
        out('scalar', $value);
        next if $dies;
        my @list = $k->call('well', 'work', $dies);
        out('list of', scalar(@list), @list);
      }
      out('_default', scalar $k->call('well', 'unknown'));
      out('a call that relays', scalar $k->call('well', 'relay'));
      $k->delay(end => 0.01);
    },
    end    => sub { $_[KERNEL]->signal($_[KERNEL], 'TERM') },
    died   => sub { out('died', $_[ARG1]{event}); $_[KERNEL]->sig_handled },
    _child => sub { out('_child', $_[ARG0], $_[ARG2]) },
  },
);
$poe_kernel->run();
out('done');
