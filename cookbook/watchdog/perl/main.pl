#!/usr/bin/perl
# A watchdog: runs a program and starts it again when it ends, each time after a
# longer pause, until it has said that it is ready. HUP starts it again at once.
#   perl main.pl MILLISECONDS TRIES PROGRAM...
use strict;
use warnings;
use POE qw(Wheel::Run);

$| = 1;
my ($pause, $tries, @program) = @ARGV;

POE::Session->create(
  inline_states => {
    _start  => \&start,
    run     => \&run,
    output  => \&output,
    closed  => sub { one_less($_[HEAP]) },
    ended   => \&ended,
    restart => \&restart,
    stop    => \&stop,
  },
  heap => { tries => 0, pause => $pause },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my $kernel = $_[KERNEL];
  $kernel->sig(INT  => 'stop');
  $kernel->sig(TERM => 'stop');
  $kernel->sig(HUP  => 'restart');
  $kernel->yield('run');
}

sub run {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  my $child = $heap->{child} = POE::Wheel::Run->new(
    Program     => \@program,
    StdoutEvent => 'output',
    StderrEvent => 'output',
    CloseEvent  => 'closed',
  );
  $heap->{left} = 2;    # the end of the output, and of the process
  $kernel->sig_child($child->PID, 'ended');
  print "started\n";
}

sub output {
  my ($heap, $line) = @_[HEAP, ARG0];
  print "  $line\n";
  @$heap{qw(tries pause)} = (0, $pause) if $line eq 'ready';
}

sub ended {
  my ($heap, $status) = @_[HEAP, ARG2];
  $heap->{how} = $status & 127 ? 'signal ' . ($status & 127) : 'exit code ' . ($status >> 8);
  one_less($heap);
}

# What becomes of a child that has ended: the watchdog stops as well, starts
# another one at once, gives up, or waits.
sub one_less {
  my $heap = shift;
  return if --$heap->{left};
  delete $heap->{child};
  print "ended with $heap->{how}\n";
  return if $heap->{stopping};
  return $poe_kernel->yield('run') if delete $heap->{restarting};
  return print "given up after $tries tries\n" if ++$heap->{tries} == $tries;
  print "again in $heap->{pause} ms\n";
  $poe_kernel->delay(run => $heap->{pause} / 1000);
  $heap->{pause} *= 2;
}

sub restart {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig_handled();
  @$heap{qw(tries pause)} = (0, $pause);
  return $kernel->delay(run => 0) unless $heap->{child};
  $heap->{restarting} = 1;
  $heap->{child}->kill('TERM');
}

# The child goes first. If there is none, a pause is all there is to end.
sub stop {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig_handled();
  $heap->{stopping} = 1;
  return $heap->{child}->kill('TERM') if $heap->{child};
  $kernel->delay('run');
}
