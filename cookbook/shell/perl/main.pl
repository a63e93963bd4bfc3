#!/usr/bin/perl
# A small interactive shell on standard input and output: commands run in the
# background, or later, and there is a history. At a terminal it prompts.
#   perl main.pl
use strict;
use warnings;
use POE qw(Wheel::ReadWrite Wheel::Run Filter::Line Filter::Stream);

my %commands = (
  run     => [ 'run COMMAND',             \&run ],
  kill    => [ 'kill NUMBER',             \&kill_job ],
  jobs    => [ 'jobs',                    \&jobs ],
  after   => [ 'after MILLISECONDS LINE', \&after ],
  history => [ 'history',                 \&history ],
  help    => [ 'help',                    \&help ],
  quit    => [ 'quit',                    \&quit ],
);

POE::Session->create(
  inline_states => {
    _start => \&start,
    line   => sub { command(@_[KERNEL, HEAP, ARG0]) },
    end    => sub { quit(@_[KERNEL, HEAP]) },
    output => sub { say_line($_[HEAP], "[$_[HEAP]{number}{ $_[ARG1] }] $_[ARG0]") },
    closed => sub { one_less($_[HEAP], $_[HEAP]{number}{ $_[ARG0] }) },
    ended  => \&ended,
  },
  heap => { history => [], jobs => {}, number => {}, by_pid => {}, count => 0 },
);
POE::Kernel->run();

# What is read are lines; what is written is not, for a prompt has no line end.
sub start {
  my $heap = $_[HEAP];
  $heap->{console} = POE::Wheel::ReadWrite->new(
    InputHandle  => \*STDIN,
    OutputHandle => \*STDOUT,
    InputFilter  => POE::Filter::Line->new(),
    OutputFilter => POE::Filter::Stream->new(),
    InputEvent   => 'line',
    ErrorEvent   => 'end',
    AutoFlush    => 1,
  );
  $heap->{prompt} = -t STDIN ? '> ' : '';
  prompt($heap);
}

sub prompt { $_[0]{console}->put($_[0]{prompt}) if $_[0]{console} and $_[0]{prompt} }

sub say_line {
  my ($heap, $text) = @_;
  $heap->{console}->put("$text\n") if $heap->{console};
}

sub command {
  my ($kernel, $heap, $line) = @_;
  if ($line =~ /^!([1-9]\d*)$/ and my $earlier = $heap->{history}[ $1 - 1 ]) {
    $line = $earlier;
    say_line($heap, $line);
  }
  my ($name, $rest) = split ' ', $line, 2;
  if (defined $name) {
    push @{ $heap->{history} }, $line;
    my $command = $commands{$name};
    if    (!$command)                                    { say_line($heap, 'help lists the commands') }
    elsif (!$command->[1]->($kernel, $heap, $rest // '')) { say_line($heap, "usage: $command->[0]") }
  }
  prompt($heap);
}

# A command gets the rest of its line, and is false if that makes no sense.
sub run {
  my ($kernel, $heap, $program) = @_;
  return if $program eq '';
  my $wheel = POE::Wheel::Run->new(
    Program     => [ '/bin/sh', '-c', $program ],
    StdoutEvent => 'output',
    StderrEvent => 'output',
    CloseEvent  => 'closed',
  );
  my $number = ++$heap->{count};
  $heap->{jobs}{$number} = { wheel => $wheel, program => $program, left => 2 };
  $heap->{number}{ $wheel->ID } = $heap->{by_pid}{ $wheel->PID } = $number;
  $kernel->sig_child($wheel->PID, 'ended');
  say_line($heap, "[$number] started");
  return 1;
}

sub ended {
  my ($heap, $pid, $status) = @_[HEAP, ARG1, ARG2];
  my $number = delete $heap->{by_pid}{$pid};
  $heap->{jobs}{$number}{how} = $status & 127 ? 'signal ' . ($status & 127) : 'exit code ' . ($status >> 8);
  one_less($heap, $number);
}

# A job is over when its output has ended, and the process.
sub one_less {
  my ($heap, $number) = @_;
  my $job = $heap->{jobs}{$number};
  return if --$job->{left};
  say_line($heap, "[$number] ended with $job->{how}");
  delete $heap->{number}{ $job->{wheel}->ID };
  delete $heap->{jobs}{$number};
}

sub kill_job {
  my ($kernel, $heap, $number) = @_;
  my $job = $heap->{jobs}{$number} or return;
  $job->{wheel}->kill('TERM');
  return 1;
}

sub jobs {
  my ($kernel, $heap) = @_;
  my $jobs = $heap->{jobs};
  say_line($heap, "[$_] $jobs->{$_}{program}") for sort { $a <=> $b } keys %$jobs;
  return 1;
}

sub after {
  my ($kernel, $heap, $words) = @_;
  my ($time, $line) = $words =~ /^(\d+) (.+)$/ or return;
  $kernel->delay_add(line => $time / 1000, $line);
  return 1;
}

sub history {
  my ($kernel, $heap) = @_;
  my $number = 0;
  say_line($heap, ++$number . " $_") for @{ $heap->{history} };
  return 1;
}

sub help {
  my ($kernel, $heap) = @_;
  say_line($heap, $commands{$_}[0]) for sort keys %commands;
  say_line($heap, '!NUMBER');
  return 1;
}

# The end of the input is another way to quit.
sub quit {
  my ($kernel, $heap) = @_;
  say_line($heap, 'bye');
  $kernel->alarm_remove_all();
  $_->{wheel}->kill('TERM') for values %{ $heap->{jobs} };
  delete $heap->{console};
  return 1;
}
