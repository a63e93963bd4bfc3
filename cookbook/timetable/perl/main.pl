#!/usr/bin/perl
# A cron with the component: runs the commands of a table at the times of cron
# expressions, each only if it is not still running.
#   perl main.pl TABLE
#
# A line of the table is one of
#   MINUTE HOUR DAY MONTH WEEKDAY NAME COMMAND
#   @secondly NAME COMMAND
use strict;
use warnings;
use DateTime::Event::Cron;
use DateTime::Set;
use DateTime::Span;
use POE qw(Component::Schedule Wheel::Run);

$| = 1;
my $table = shift or die "timetable TABLE\n";
my (%running, @schedules);

POE::Session->create(
  inline_states => {
    _start => \&start,
    due    => \&due,
    output => sub { print "$_[HEAP]{ $_[ARG1] }: $_[ARG0]\n" },
    ended  => sub { delete $running{ $_[ARG3] } },
    stop   => \&stop,
  },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my $kernel = $_[KERNEL];
  $kernel->sig(INT => 'stop');
  open my $in, '<', $table or die "$table: $!\n";
  while (my $line = <$in>) {
    chomp $line;
    next if $line eq '' || $line =~ /^#/;
    if (!add($_[SESSION], $line)) {
      print "line $. of the table is wrong\n";
      next;
    }
  }
  print scalar @schedules, " jobs\n";
}

# Adds the job of a line, unless the line is wrong.
sub add {
  my ($session, $line) = @_;
  my ($spec, $name, $command) = $line =~ /^(\@secondly|\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(\S+)\s+(\S.*)$/ or return;
  my $times = eval { $spec eq '@secondly' ? secondly() : DateTime::Event::Cron->from_cron($spec) } or return;
  $times = $times->intersection(DateTime::Span->from_datetimes(start => DateTime->now));
  push @schedules, POE::Component::Schedule->add($session, due => $times, $name, $command);
}

sub secondly {
  return DateTime::Set->from_recurrence(recurrence => sub { $_[0]->truncate(to => 'second')->add(seconds => 1) });
}

# Runs a command.
sub due {
  my ($kernel, $heap, $name, $command) = @_[KERNEL, HEAP, ARG0, ARG1];
  return if $running{$name};
  my $wheel = POE::Wheel::Run->new(Program => [ '/bin/sh', '-c', $command ], StdoutEvent => 'output', StderrEvent => 'output');
  $heap->{ $wheel->ID } = $name;
  $running{$name} = $wheel;
  $kernel->sig_child($wheel->PID, 'ended', $name);
}

# Ends what runs; then nothing is left.
sub stop {
  $_[KERNEL]->sig_handled;
  $_[KERNEL]->sig('INT');
  $_->delete for splice @schedules;
  $_->kill for values %running;
}
