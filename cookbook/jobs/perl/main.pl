#!/usr/bin/perl
# A job queue: visitors send commands, of which two run at a time. Each hears
# what its commands print and how they end.
#   perl main.pl PORT
use strict;
use warnings;
use POE qw(Component::Server::TCP Wheel::Run);

$| = 1;
my $port  = shift // 4003;
my $limit = 2;
my (@queue, %running, %by_wheel, %by_pid);
my $count = 0;

POE::Component::Server::TCP->new(
  Address         => '127.0.0.1',
  Port            => $port,
  Started         => \&started,
  ClientConnected => sub { $_[HEAP]{client}->put('A command a line, or kill NUMBER.') },
  ClientInput     => \&input,
  ClientError     => sub { },
  InlineStates    => { hear => sub { $_[HEAP]{client}->put($_[ARG0]) if $_[HEAP]{client} } },
);
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('jobs'); $_[KERNEL]->sig(INT => 'stop') },
    start  => \&start_jobs,
    kill   => sub { $running{ $_[ARG0] }{wheel}->kill('TERM') if $running{ $_[ARG0] } },
    output => sub { report($by_wheel{ $_[ARG1] }, $_[ARG0]) },
    closed => sub { one_less($by_wheel{ $_[ARG0] }) },
    ended  => \&ended,
    stop   => sub { },
  },
);
POE::Kernel->run();
print "stopped\n";

sub started {
  my ($listening) = Socket::unpack_sockaddr_in($_[HEAP]{listener}->getsockname());
  print "listening on 127.0.0.1:$listening\n";
}

sub input {
  my ($kernel, $heap, $line) = @_[KERNEL, HEAP, ARG0];
  return $kernel->post(jobs => kill => $1) if $line =~ /^kill (\d+)$/;
  my $job = { number => ++$count, command => $line, client => $_[SESSION]->ID };
  push @queue, $job;
  $heap->{client}->put("$job->{number} queued");
  $kernel->post(jobs => 'start');
}

sub report {
  my ($job, $text) = @_;
  $poe_kernel->post($job->{client}, hear => "$job->{number} $text");
}

sub start_jobs {
  while (@queue and keys %running < $limit) {
    my $job = shift @queue;
    my $wheel = POE::Wheel::Run->new(
      Program     => [ '/bin/sh', '-c', $job->{command} ],
      StdoutEvent => 'output',
      StderrEvent => 'output',
      CloseEvent  => 'closed',
    );
    @$job{qw(wheel left)} = ($wheel, 2);    # the end of the output, and of the process
    $running{ $job->{number} } = $by_wheel{ $wheel->ID } = $by_pid{ $wheel->PID } = $job;
    $_[KERNEL]->sig_child($wheel->PID, 'ended');
    report($job, 'started');
  }
}

sub ended {
  my ($pid, $status) = @_[ARG1, ARG2];
  my $job = delete $by_pid{$pid};
  $job->{how} = $status & 127 ? 'signal ' . ($status & 127) : 'exit code ' . ($status >> 8);
  one_less($job);
}

sub one_less {
  my $job = shift;
  return if --$job->{left};
  report($job, "ended with $job->{how}");
  delete $running{ $job->{number} };
  delete $by_wheel{ $job->{wheel}->ID };
  delete $job->{wheel};
  $poe_kernel->yield('start');
}
