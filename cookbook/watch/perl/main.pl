#!/usr/bin/perl
# A log watcher: an address that fails to log in three times is banned for a
# while. Rotation of the log is followed.
#   perl main.pl FILE [MILLISECONDS]
use strict;
use warnings;
use POE qw(Wheel::FollowTail);

$| = 1;
my $file = shift // '/var/log/auth.log';
my $time = (shift // 600_000) / 1000;

POE::Session->create(
  inline_states => {
    _start  => \&start,
    line    => \&line,
    rotated => sub { print "the log was rotated\n" },
    failed  => sub { die "$file: $_[ARG0]: $_[ARG2]\n" },
    unban   => \&unban,
    stop    => \&stop,
  },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig(INT => 'stop');
  $heap->{tail} = POE::Wheel::FollowTail->new(
    Filename     => $file,
    PollInterval => 0.1,
    InputEvent   => 'line',
    ResetEvent   => 'rotated',
    ErrorEvent   => 'failed',
  );
  print "watching\n";
}

sub line {
  my ($kernel, $heap, $line) = @_[KERNEL, HEAP, ARG0];
  my ($address) = $line =~ /Failed password for \S+ from ([0-9a-f.:]+)/ or return;
  return if $heap->{banned}{$address};
  return if ++$heap->{failures}{$address} < 3;
  delete $heap->{failures}{$address};
  $heap->{banned}{$address} = $kernel->delay_set(unban => $time, $address);
  print "ban $address\n";
}

sub unban {
  my ($heap, $address) = @_[HEAP, ARG0];
  delete $heap->{banned}{$address};
  print "unban $address\n";
}

# Nobody stays banned when the watcher goes.
sub stop {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig_handled();
  for my $address (sort keys %{ $heap->{banned} }) {
    $kernel->alarm_remove($heap->{banned}{$address});
    print "unban $address\n";
  }
  delete $heap->{tail};
}
