# A callback calls its handler at once, with [creation args] and [call args], and returns
# what it returns; SENDER is who uses it. It keeps its session alive; one of a session
# that has stopped returns undef.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

my %cb;
POE::Session->create(
  heap => { name => 'owner' },
  inline_states => {
    _start => sub { $cb{it} = $_[SESSION]->callback('answer', 'made'); return },
    answer => sub {
      my ($made, $given) = @_[ARG0, ARG1];
      out('answer', "[@$made]", "[@$given]", 'argc', @_ - ARG0, 'sender', who($_[SENDER]), 'caller', $_[CALLER_STATE]);
      push @$made, 'touched';
      return 'returned';
    },
    _stop => sub { out('owner _stop') },
  },
);
POE::Session->create(
  heap => { name => 'user' },
  inline_states => {
    _start => sub { $_[KERNEL]->yield('use') },
    use    => sub {
      out('gave', scalar $cb{it}->('x', 'y'));
      out('gave', scalar $cb{it}->());
      $_[KERNEL]->yield(drop => 2);
    },
    drop   => sub {
      return $_[KERNEL]->yield(drop => $_[ARG0] - 1) if $_[ARG0];
      delete $cb{it}; out('dropped');
      $_[KERNEL]->yield(end => 2);
    },
    end    => sub { return $_[KERNEL]->yield(end => $_[ARG0] - 1) if $_[ARG0]; out('end') },
    _stop  => sub { out('user _stop') },
  },
);
$poe_kernel->run();
POE::Session->create(
  heap => { name => 'killed' },
  inline_states => {
    _start => sub { $cb{dead} = $_[SESSION]->callback('x'); $_[KERNEL]->signal($_[SESSION], 'KILL') },
    x      => sub { out('never') },
    _stop  => sub { out('killed _stop') },
  },
);
$poe_kernel->run();
out('dead session', scalar $cb{dead}->('late'));
