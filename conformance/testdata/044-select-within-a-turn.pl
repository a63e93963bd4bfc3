# What one select() has reported is dispatched in that turn: a handler that pauses another
# handle's read watcher, or the write watcher of its own handle, does not take the event back.
# One that resumes or sets a watcher gets its event in the next turn, after the queue.  Only
# what was removed gets nothing any more, unless it was set again.
# Doc: POE::Kernel "select_read", "select_pause_read", "select_resume_write".
use strict; use warnings; use POE; use Socket; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

my %other = (a => 'b', b => 'a');
my %do = (
  'nothing'      => sub { },
  'pause read'   => sub { $_[0]->select_pause_read($_[2]) },
  'pause write'  => sub { $_[0]->select_pause_write($_[1]); $_[0]->select_pause_write($_[2]) },
  'remove read'  => sub { $_[0]->select_read($_[2]) },
  'remove write' => sub { $_[0]->select_write($_[1]) },
  'remove all'   => sub { $_[0]->select($_[2]) },
  'set again'    => sub { $_[0]->select_read($_[2]); $_[0]->select_read($_[2] => 'again') },
  'pause, resume' => sub { $_[0]->select_pause_read($_[2]); $_[0]->select_resume_read($_[2]) },
  'new write'    => sub { $_[0]->select_write($_[2]); $_[0]->select_write($_[2] => 'again') },
);
for my $what (sort keys %do) {
  out("-- $what");
  my (%near, %far, $first, %turn, $turns);
  for my $n (qw(a b)) {
    socketpair($near{$n}, $far{$n}, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die $!;
    syswrite($far{$n}, 'x');
  }
  my @seen;
  my $ready = sub {
    my ($k, $h, $mode, $event) = @_[KERNEL, ARG0, ARG1, STATE];
    my $name = $h == $near{a} ? 'a' : 'b';
    unless (defined $first) {            # hash order: whichever of the two comes first
      $first = $name;
      $do{$what}->($k, $h, $near{$other{$name}});
      $k->yield('queued');
    }
    push @seen, join(' ', $name eq $first ? 'first' : 'other', $mode ? 'write' : 'read', $event);
    return;
  };
  POE::Session->create(
    inline_states => {
      _start => sub {
        $_[KERNEL]->select_read($near{$_} => 'ready'), $_[KERNEL]->select_write($near{$_} => 'ready') for qw(a b);
        return;
      },
      ready  => $ready,
      again  => $ready,
      queued => sub { push @seen, 'queued'; $_[KERNEL]->yield('later') },
      later  => sub { push @seen, 'later'; $_[KERNEL]->select($_) for values %near; return },
      _stop  => sub { },
    },
  );
  $poe_kernel->run();
  out($_) for @seen;
}
out('done');
