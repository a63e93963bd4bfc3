#!/usr/bin/perl
# A cron: runs the commands of a table at a time of day, or every so often, each
# only if it is not still running. HUP reads the table again.
#   perl main.pl TABLE
# A line of the table is one of
#   every 90s NAME COMMAND      (or ms, m, h)
#   at 03:30:00 NAME COMMAND
use strict;
use warnings;
use POSIX qw(mktime);
use Time::HiRes qw(time);
use POE qw(Wheel::Run);

$| = 1;
my $table = shift // 'crontab';
my %when  = (every => \&every, at => \&at);
my %unit  = (ms => 0.001, s => 1, m => 60, h => 3600);

POE::Session->create(
  inline_states => {
    _start => \&start,
    reload => \&reload,
    due    => \&due,
    output => \&output,
    closed => sub { one_less($_[HEAP], $_[HEAP]{by_wheel}{ $_[ARG0] }) },
    ended  => \&ended,
    stop   => \&stop,
  },
  heap => { running => {}, by_wheel => {}, by_pid => {} },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig(INT => 'stop');
  $kernel->sig(HUP => 'reload');
  load($kernel);
}

sub reload {
  my $kernel = $_[KERNEL];
  $kernel->sig_handled();
  $kernel->alarm_remove_all();    # what runs goes on
  load($kernel);
}

sub load {
  my $kernel = shift;
  open my $in, '<', $table or return print "$table: $!\n";
  my $count = 0;
  while (my $line = <$in>) {
    next if $line =~ /^\s*(#|$)/;
    chomp $line;
    my ($when, $how, $name, $command) = split ' ', $line, 4;
    my $rule = defined $command ? $when{$when} : undef;
    my $next = $rule && $rule->($how);
    if (!$next) {
      print "line $. of the table is wrong\n";
      next;
    }
    set($kernel, { next => $next, name => $name, command => $command }, $next->(time));
    $count++;
  }
  print "$count jobs\n";
}

sub set {
  my ($kernel, $job, $time) = @_;
  $kernel->alarm_add(due => $time, $job, $time);
}

# These return a function: when the job is due after a moment.
sub every {
  my ($number, $unit) = $_[0] =~ /^([1-9]\d*)(ms|s|m|h)$/ or return;
  return sub { $_[0] + $number * $unit{$unit} };
}

sub at {
  my ($hour, $minute, $second) = $_[0] =~ /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)$/ or return;
  return sub {
    my $moment = shift;
    my ($day, $month, $year) = (localtime $moment)[ 3 .. 5 ];
    my $time = mktime($second, $minute, $hour, $day, $month, $year, 0, 0, -1);
    return $time > $moment ? $time : mktime($second, $minute, $hour, $day + 1, $month, $year, 0, 0, -1);
  };
}

# The next time counts from when a job was due, not from now, so that jobs do
# not fall behind; times that have passed already are left out.
sub due {
  my ($kernel, $heap, $job, $time) = @_[KERNEL, HEAP, ARG0, ARG1];
  do { $time = $job->{next}->($time) } while $time < time;
  set($kernel, $job, $time);
  my $running = $heap->{running}{ $job->{name} };
  if ($running) {
    print "$job->{name} is still running\n" unless $running->{late}++;
    return;
  }
  run_job($kernel, $heap, $job);
}

sub run_job {
  my ($kernel, $heap, $job) = @_;
  my $wheel = POE::Wheel::Run->new(
    Program     => [ '/bin/sh', '-c', $job->{command} ],
    StdoutEvent => 'output',
    StderrEvent => 'output',
    CloseEvent  => 'closed',
  );
  my $run = { name => $job->{name}, wheel => $wheel, left => 2 };
  $heap->{running}{ $job->{name} } = $heap->{by_wheel}{ $wheel->ID } = $heap->{by_pid}{ $wheel->PID } = $run;
  $kernel->sig_child($wheel->PID, 'ended');
}

sub output {
  my ($heap, $line, $id) = @_[HEAP, ARG0, ARG1];
  print "$heap->{by_wheel}{$id}{name}: $line\n";
}

sub ended {
  my ($heap, $pid, $status) = @_[HEAP, ARG1, ARG2];
  my $run = delete $heap->{by_pid}{$pid};
  $run->{how} = $status & 127 ? 'signal ' . ($status & 127) : 'exit code ' . ($status >> 8);
  one_less($heap, $run);
}

# A job is over when its output has ended, and the process.
sub one_less {
  my ($heap, $run) = @_;
  return if --$run->{left};
  print "$run->{name} ended with $run->{how}\n";
  delete $heap->{running}{ $run->{name} };
  delete $heap->{by_wheel}{ $run->{wheel}->ID };
}

# What runs is ended; then nothing is left.
sub stop {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig_handled();
  $kernel->sig($_) for qw(INT HUP);
  $kernel->alarm_remove_all();
  $_->{wheel}->kill('TERM') for values %{ $heap->{running} };
}
