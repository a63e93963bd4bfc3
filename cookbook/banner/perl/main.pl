#!/usr/bin/perl
# Bans the addresses that misbehave in any of several logs. Offences are points,
# which are forgiven after a while; who has three is banned, every time twice as
# long. A command carries it out, one at a time. USR1 shows how things are.
#   perl main.pl COMMAND MILLISECONDS_TO_FORGIVE MILLISECONDS_OF_BAN LOG ...
# The command is given "ban" or "unban", and the address.
use strict;
use warnings;
use POE qw(Wheel::FollowTail Wheel::Run);

$| = 1;
my ($command, $forgive, $ban, @logs) = @ARGV;
die "usage: $0 COMMAND FORGIVE BAN LOG ...\n" unless @logs;

# What is an offence, where the address stands in it, and how bad it is.
my @rules = (
  [ qr/Failed password for \S+ from (\S+)/,              1 ],
  [ qr/Failed password for invalid user \S+ from (\S+)/, 2 ],
  [ qr{^(\S+) .*"GET /(?:wp-login|phpmyadmin|\.env)},    3 ],
);
my $never = qr/^(?:127\.|::1$)/;

POE::Session->create(
  inline_states => {
    _start => \&start,
    line   => \&line,
    forget => \&forget,
    unban  => \&unban,
    action => \&action,
    output => sub { print "$_[ARG0]\n" },
    ended  => \&ended,
    status => \&status,
    stop   => \&stop,
  },
  heap => { points => {}, banned => {}, times => {}, actions => [] },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig(INT  => 'stop');
  $kernel->sig(USR1 => 'status');
  for my $log (@logs) {
    push @{ $heap->{tails} },
      POE::Wheel::FollowTail->new(Filename => $log, PollInterval => 0.1, InputEvent => 'line');
  }
  print 'watching ', scalar @logs, " logs\n";
}

sub line {
  my ($kernel, $heap, $line) = @_[KERNEL, HEAP, ARG0];
  for my $rule (@rules) {
    my ($pattern, $points) = @$rule;
    my ($address) = $line =~ $pattern or next;
    offence($kernel, $heap, $address, $points) unless $address =~ $never or $heap->{banned}{$address};
    return;
  }
}

# Every offence has a timer of its own.
sub offence {
  my ($kernel, $heap, $address, $points) = @_;
  $heap->{points}{$address} += $points;
  if ($heap->{points}{$address} < 3) {
    $kernel->delay_add(forget => $forgive / 1000, $address, $points);
    return;
  }
  delete $heap->{points}{$address};
  my $time = $ban * 2**$heap->{times}{$address}++;
  $heap->{banned}{$address} = $kernel->delay_set(unban => $time / 1000, $address);
  print "$address for $time ms\n";
  act($kernel, $heap, ban => $address);
}

# The points of a ban are gone with it; their timers find nothing.
sub forget {
  my ($heap, $address, $points) = @_[HEAP, ARG0, ARG1];
  return unless $heap->{points}{$address};
  return if ($heap->{points}{$address} -= $points) > 0;
  delete $heap->{points}{$address};
  print "$address is forgiven\n";
}

sub unban {
  my ($kernel, $heap, $address) = @_[KERNEL, HEAP, ARG0];
  delete $heap->{banned}{$address};
  act($kernel, $heap, unban => $address);
}

# Actions wait for each other: an unban must not overtake the ban.
sub act {
  my ($kernel, $heap, @words) = @_;
  push @{ $heap->{actions} }, \@words;
  $kernel->yield('action') unless $heap->{acting};
  $heap->{acting} = 1;
}

sub action {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  my $words = shift @{ $heap->{actions} };
  $heap->{wheel} = POE::Wheel::Run->new(
    Program     => [ $command, @$words ],
    StdoutEvent => 'output',
    StderrEvent => 'output',
    CloseEvent  => 'ended',
  );
  $heap->{left} = 2;    # the end of the output, and of the process
  $kernel->sig_child($heap->{wheel}->PID, 'ended');
}

sub ended {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  return if --$heap->{left};
  delete $heap->{wheel};
  $heap->{acting} = @{ $heap->{actions} } > 0;
  $kernel->yield('action') if $heap->{acting};
}

sub status {
  my $heap = $_[HEAP];
  my @suspects = map {"$_ has $heap->{points}{$_}"} sort keys %{ $heap->{points} };
  my @banned   = map {"$_ is banned"} sort keys %{ $heap->{banned} };
  print join(', ', @suspects, @banned) || 'all is quiet', "\n";
}

# Nobody stays banned when the program goes; it waits for the last action.
sub stop {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig_handled();
  $kernel->sig($_) for qw(INT USR1);
  $kernel->alarm_remove_all();
  delete $heap->{tails};
  act($kernel, $heap, unban => $_) for sort keys %{ $heap->{banned} };
}
