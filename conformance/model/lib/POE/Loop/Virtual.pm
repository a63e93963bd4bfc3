# A loop without handles that moves the virtual clock to the next event instead of waiting for it.
# When nothing is due, and POE does not think itself idle, it would wait for ever: then it says so
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
sub loop_watch_filehandle { die 'this loop watches no handles' }
sub loop_ignore_filehandle { return }
sub loop_pause_filehandle { return }
sub loop_resume_filehandle { return }
sub loop_halt { return }

sub loop_run {
  my $self = shift;
  $self->loop_do_timeslice while $self->_data_ses_count;
  return;
}

sub loop_do_timeslice {
  my $self = shift;
  $self->_test_if_kernel_is_idle;
  if (!defined $next) {
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
