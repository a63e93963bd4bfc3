#!/usr/bin/perl
# A game: guess the number. Each guess has its time, and who is too slow has lost
# a try. All players hear of those who find it.
#   perl main.pl PORT [NUMBER...]
use strict;
use warnings;
use POE qw(Component::Server::TCP);

$| = 1;
my $port = shift // 4012;
my @numbers = @ARGV;    # to be guessed, in this order, then any
my %players;            # the session's ID => name

POE::Component::Server::TCP->new(
  Address            => '127.0.0.1',
  Port               => $port,
  Started            => \&started,
  ClientConnected    => sub { $_[HEAP]{client}->put('Your name?') },
  ClientInput        => \&input,
  ClientError        => sub { },
  ClientDisconnected => \&left,
  InlineStates       => {
    slow => sub { try_again($_[HEAP], 'Too slow.') if $_[HEAP]{client} },
    hear => sub { $_[HEAP]{client}->put($_[ARG0]) if $_[HEAP]{client} },
  },
);
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('control'); $_[KERNEL]->sig(INT => 'stop') },
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
  my ($kernel, $heap, $session, $line) = @_[KERNEL, HEAP, SESSION, ARG0];
  if (!$heap->{name}) {
    $heap->{name} = $players{ $session->ID } = $line;
    $heap->{client}->put("Hello, $line. Say: play MILLISECONDS");
  }
  elsif ($line =~ /^play (\d{1,6})$/) {
    @$heap{qw(number tries time)} = (shift @numbers // 1 + int rand 100, 0, $1 / 1000);
    $heap->{client}->put('It is from 1 to 100.');
    $kernel->delay(slow => $heap->{time});
  }
  elsif ($line eq 'quit') {
    $kernel->yield('shutdown');
  }
  elsif (!$heap->{number}) {
    $heap->{client}->put('Say: play MILLISECONDS, or quit');
  }
  elsif ($line =~ /^\d{1,9}$/) {
    guess($heap, $line);
  }
  else {
    $heap->{client}->put('That is no number.');    # and the time goes on
  }
}

sub guess {
  my ($heap, $guess) = @_;
  return try_again($heap, 'It is more.') if $guess < $heap->{number};
  return try_again($heap, 'It is less.') if $guess > $heap->{number};
  my $tries = $heap->{tries} + 1;
  $poe_kernel->post($_, hear => "$heap->{name} has found $guess with try $tries.") for sort keys %players;
  over($heap);
}

# A try is lost; the next one has its time again.
sub try_again {
  my ($heap, $why) = @_;
  my $left = 5 - ++$heap->{tries};
  if ($left == 0) {
    $heap->{client}->put("$why You have lost: it was $heap->{number}.");
    return over($heap);
  }
  $heap->{client}->put("$why $left left.");
  $poe_kernel->delay(slow => $heap->{time});
}

sub over {
  my $heap = shift;
  delete $heap->{number};
  $poe_kernel->delay('slow');
}

sub left {
  my ($kernel, $session) = @_[KERNEL, SESSION];
  delete $players{ $session->ID };
  $kernel->delay('slow');    # else it would keep the session
}
