# A loop that moves the virtual clock to the next event instead of waiting for it.  Handles are real,
# and those ready at once are dispatched in the order in which they became watched.  When nothing is due, and POE does not think itself idle, it would wait for ever: then it says so
# and stops.  Like any loop it wakes a little late.
package POE::Loop::Virtual;
use strict; use warnings;
use POE::Loop::PerlSignals;

package POE::Kernel;
use strict; use warnings;

my $next;

sub loop_initialize { $next = undef; return }
sub loop_finalize { $_[0]->loop_ignore_all_signals; return }
sub loop_attach_uidestroy { return }
sub loop_resume_time_watcher { $next = $_[1]; return }
sub loop_reset_time_watcher { $next = $_[1]; return }
sub loop_pause_time_watcher { $next = undef; return }

my ($count, %since, %watched) = 0; # by descriptor: since when, and the modes, true if not paused

sub loop_watch_filehandle {
  my ($self, $handle, $mode) = @_;
  my $fd = fileno $handle;
  $since{$fd} = ++$count unless $watched{$fd};
  $watched{$fd}{$mode} = 1;
  return;
}
sub loop_ignore_filehandle {
  my ($self, $handle, $mode) = @_;
  my $fd = fileno $handle;
  delete $watched{$fd}{$mode};
  delete $watched{$fd} unless %{ $watched{$fd} };
  return;
}
sub loop_pause_filehandle { $watched{ fileno $_[1] }{ $_[2] } = 0; return }
sub loop_resume_filehandle { $watched{ fileno $_[1] }{ $_[2] } = 1; return }

# Dispatches what is ready now, and reports whether anything was.
sub _dispatch_ready_handles {
  my $self = shift;
  my @in = ('') x 3;
  for my $fd (keys %watched) {
    for my $mode (keys %{ $watched{$fd} }) { vec($in[$mode], $fd, 1) = 1 if $watched{$fd}{$mode} }
  }
  my $hits = CORE::select(my $rd = $in[0], my $wr = $in[1], my $ex = $in[2], 0);
  return 0 unless $hits > 0;
  my @out = ($rd, $wr, $ex);
  my @by_age = sort { $since{$a} <=> $since{$b} } keys %watched;
  my @ready = map { my $mode = $_; [grep { vec $out[$mode], $_, 1 } @by_age] } 0 .. 2;
  for my $mode (0 .. 2) {
    $self->_data_handle_enqueue_ready($mode, @{ $ready[$mode] }) if @{ $ready[$mode] };
  }
  return 1;
}

sub loop_halt { return }

sub loop_run {
  my $self = shift;
  $self->loop_do_timeslice while $self->_data_ses_count;
  return;
}

sub loop_do_timeslice {
  my $self = shift;
  $self->_test_if_kernel_is_idle;
  if (%watched && $self->_dispatch_ready_handles) {
    # what is due follows at once
  }
  elsif (!defined $next) {
    print "hang\n";
    $self->stop;
  }
  elsif ($next > $POE::Resource::Clock::now) {
    POE::Resource::Clock::jump($next, 1e-3);
  }
  $self->_data_ev_dispatch_due;
  return;
}

1;
