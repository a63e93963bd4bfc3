#!/usr/bin/perl
# Numbers from standard input are factored by a pool of sessions, each a slice of
# time after the other. The answers come in the order of the questions.
#   perl main.pl [WORKERS]
use strict;
use warnings;
use POE qw(Wheel::ReadWrite);

$| = 1;
my $workers = shift // 3;

POE::Session->create(
  inline_states => {
    _start => \&start,
    line   => \&line,
    end    => \&end,
    want   => \&want,
    done   => \&done,
    _child => \&child,
  },
  heap => { queue => [], idle => [], results => {}, asked => 0, answered => 0, factored => 0 },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->alias_set('pool');
  $heap->{input} = POE::Wheel::ReadWrite->new(
    Handle     => \*STDIN,    # nothing is written
    InputEvent => 'line',
    ErrorEvent => 'end',
  );
  new_worker() for 1 .. $workers;
}

sub line {
  my ($kernel, $heap, $line) = @_[KERNEL, HEAP, ARG0];
  my $number = ++$heap->{asked};
  if ($line !~ /^[1-9]\d{0,12}$/) {
    return $kernel->yield(done => $number, "$line: what?");
  }
  push @{ $heap->{queue} }, [ $number, $line ];
  $kernel->post(shift @{ $heap->{idle} }, 'work') if @{ $heap->{idle} };
}

sub end {
  my $heap = $_[HEAP];
  delete $heap->{input};
  dismiss($heap) if $heap->{answered} == $heap->{asked};
}

# A worker that wants a task and gets none is called when there is one.
sub want {
  my ($heap, $sender) = @_[HEAP, SENDER];
  my $task = shift @{ $heap->{queue} };
  return @$task if $task;
  push @{ $heap->{idle} }, $sender->ID;
  return;
}

# An answer waits for those before it.
sub done {
  my ($heap, $number, $text) = @_[HEAP, ARG0, ARG1];
  $heap->{results}{$number} = $text;
  while (defined(my $next = delete $heap->{results}{ $heap->{answered} + 1 })) {
    print "$next\n";
    $heap->{answered}++;
  }
  dismiss($heap) if !$heap->{input} and $heap->{answered} == $heap->{asked};
}

# By then all are idle, or will be.
sub dismiss {
  my $heap = shift;
  $poe_kernel->post($_, 'dismissed') for @{ $heap->{workers} };
  $poe_kernel->alias_remove('pool');
}

# What a worker has done is what its _stop returned.
sub child {
  my ($heap, $what, $worker, $count) = @_[HEAP, ARG0 .. ARG2];
  if ($what eq 'create') {
    push @{ $heap->{workers} }, $worker->ID;
    return;
  }
  $heap->{factored} += $count;
  return if --$workers;
  print "$heap->{factored} numbers factored\n";
}

sub new_worker {
  POE::Session->create(
    inline_states => {
      _start    => \&worker_start,
      work      => \&work,
      slice     => \&slice,
      dismissed => sub { $_[KERNEL]->refcount_decrement($_[SESSION]->ID, 'hired') },
      _stop     => sub { $_[HEAP]{count} },
    },
    heap => { count => 0 },
  );
}

# A reference keeps an idle worker, for which nothing is queued.
sub worker_start {
  my ($kernel, $session) = @_[KERNEL, SESSION];
  $kernel->refcount_increment($session->ID, 'hired');
  $kernel->yield('work');
}

sub work {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  my ($number, $n) = $kernel->call(pool => 'want') or return;
  @$heap{qw(number n rest factors divisor)} = ($number, $n, $n, [], 2);
  $kernel->yield('slice');
}

# A thousand divisors, and then it is somebody else's turn.
sub slice {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  my $end = $heap->{divisor} + 1000;
  while ($heap->{divisor} < $end) {
    my $d = $heap->{divisor};
    if ($d * $d > $heap->{rest}) {
      push @{ $heap->{factors} }, $heap->{rest} if $heap->{rest} > 1 or $heap->{n} == 1;
      $heap->{count}++;
      $kernel->post(pool => done => $heap->{number}, "$heap->{n}: @{ $heap->{factors} }");
      return $kernel->yield('work');
    }
    if ($heap->{rest} % $d) {
      $heap->{divisor}++;
      next;
    }
    push @{ $heap->{factors} }, $d;
    $heap->{rest} /= $d;
  }
  $kernel->yield('slice');
}
