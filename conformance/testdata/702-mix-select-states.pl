# A pipe's watcher and the table of handlers change in the handler: the event's name stays,
# what it runs is looked up anew, and a watcher set again under another name keeps the first.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

pipe my $rd, my $wr or die; pipe my $rd2, my $wr2 or die;
sub take { my $n = sysread $_[0], my $buf, $_[1]; $buf }
POE::Session->create(
  inline_states => {
    _start => sub {
      my $k = $_[KERNEL];
      out('select', scalar $k->select_read($rd, 'readable', 'one', 2));
      $k->select_read($rd, 'other', 'three');
      syswrite $wr, 'abcdef';
      $k->yield('queued');
    },
    queued => sub { out('queued') },
    other => sub { out('other', take($_[ARG0], 1)) },
    readable => sub {
      my $k = $_[KERNEL];
      out('readable', $_[STATE], $_[ARG1], @_[ARG2 .. $#_], take($_[ARG0], 1));
      $k->state(readable => sub {
        out('second', $_[STATE], @_[ARG2 .. $#_], take($_[ARG0], 1));
        $_[KERNEL]->select_read($rd);
        $_[KERNEL]->select_read($rd, 'other', 'four');
        $_[KERNEL]->state(other => sub {
          my $c = take($_[ARG0], 1);
          out('other now', @_[ARG2 .. $#_], $c);
          $_[KERNEL]->yield('clear') if $c eq 'e';
        });
      });
    },
    gone => sub { out('gone', take($_[ARG0], 9)); $_[KERNEL]->state('gone'); $_[KERNEL]->select_read($rd2) },
    clear => sub { out('clear'); $_[KERNEL]->select($rd); out('left', take($rd, 9)); $_[KERNEL]->select_read($rd2, 'gone'); syswrite $wr2, 'x' },
    _default => sub { out('_default', $_[ARG0]) },
    _stop => sub { out('_stop') },
  },
);
$poe_kernel->run();
out('done');
