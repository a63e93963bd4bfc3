# A followed file is renamed and made anew: what was added to the old one just before still
# comes, then ResetEvent, then the new file from its beginning.  Seek and SeekBack.
use strict; use warnings; use File::Temp; use POE qw(Wheel::FollowTail); $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

my $dir = File::Temp->newdir;
my $file = "$dir/log";
sub append { open my $fh, '>>', $file or die; print $fh @_; close $fh; return }
for my $seek ([ Seek => 4 ], [ Seek => 0 ], [ SeekBack => 4 ], [ SeekBack => 0 ]) {
  out('--', @$seek);
  unlink $file;
  append("one\ntwo\nend\n");
  POE::Session->create(
    inline_states => {
      _start => sub {
        $_[HEAP]{w} = POE::Wheel::FollowTail->new(
          Filename => $file, @$seek, PollInterval => 0.03, InputEvent => 'input', ErrorEvent => 'error', ResetEvent => 'reset', IdleEvent => 'idle');
        return;
      },
      idle => sub {
        return if $_[HEAP]{rotated}++;
        append("last of the old\n");
        rename $file, "$file.1" or die;
        append("first of the new\n");
      },
      input => sub { out('input', $_[ARG0]); delete $_[HEAP]{w} if $_[ARG0] eq 'first of the new'; return },
      reset => sub { out('reset') },
      error => sub { out('error', @_[ARG0 .. ARG2]) },
      _stop => sub { out('_stop') },
    },
  );
  $poe_kernel->run();
}
