#!/usr/bin/perl
# A door with a lock, as a state machine: what a command means depends on the
# state that the door is in. Visitors command it over TCP, and all hear of it.
#   perl main.pl PORT CODE
use strict;
use warnings;

# The machine is in a package of its own: the names of its handlers' parameters
# are not those of a session.
package Door;
use POE::NFA;

sub spawn {
  my $code = shift;
  POE::NFA->spawn(
    runstate      => { code => $code, wrong => 0, visitors => {} },
    inline_states => {
      new    => { start => \&start },
      locked => { inside(unlock => \&unlock) },
      closed => {
        inside(
          open => sub { $_[MACHINE]->goto_state('open', 'entered', $_[ARG0]) },
          lock => sub { $_[MACHINE]->goto_state('locked', 'entered') },
        ),
      },
      open => {
        inside(
          entered => \&opened,
          shut    => sub { $_[MACHINE]->goto_state('closed', 'entered') },
          leave   => sub { $_[KERNEL]->delay('shut') },
        ),
      },
      ringing => {
        inside(
          entered => sub { announce(@_[KERNEL, RUNSTATE], 'Alarm!') },
          reset   => \&reset_alarm,
        ),
      },
    },
  )->goto_state('new', 'start');
}

# What is the same in all states but the first.
sub inside {
  return (
    entered     => sub { announce(@_[KERNEL, RUNSTATE], "The door is $_[STATE].") },
    enter       => \&enter,
    quit        => sub { delete $_[RUNSTATE]{visitors}{ $_[SENDER]->ID } },
    kick        => sub { $_[MACHINE]->call_state('calm', 'ringing', 'entered') },
    calm        => sub { announce(@_[KERNEL, RUNSTATE], "It is $_[STATE] as before.") },
    interrupted => sub { },    # unhandled: it stops everything
    _default    => sub { answer(@_[KERNEL, SENDER], "Not while it is $_[STATE].") },
    @_,
  );
}

sub enter {
  my ($kernel, $run, $sender, $state) = @_[KERNEL, RUNSTATE, SENDER, STATE];
  $run->{visitors}{ $sender->ID } = 1;
  answer($kernel, $sender, "It is $state.");
}

sub start {
  my ($kernel, $machine) = @_[KERNEL, MACHINE];
  $kernel->alias_set('door');
  $kernel->sig(INT => 'interrupted');
  $machine->goto_state('locked', 'entered');
}

sub unlock {
  my ($machine, $kernel, $run, $sender, $code) = @_[MACHINE, KERNEL, RUNSTATE, SENDER, ARG0];
  if ($code eq $run->{code}) {
    $run->{wrong} = 0;
    return $machine->goto_state('closed', 'entered');
  }
  answer($kernel, $sender, 'Wrong code.');
  $machine->call_state('calm', 'ringing', 'entered') if ++$run->{wrong} == 3;
}

sub opened {
  my ($kernel, $run, $milliseconds) = @_[KERNEL, RUNSTATE, ARG0];
  announce($kernel, $run, 'The door is open.');
  $kernel->delay(shut => $milliseconds / 1000) if $milliseconds =~ /^\d+$/;
}

sub reset_alarm {
  my ($machine, $kernel, $run, $sender, $code) = @_[MACHINE, KERNEL, RUNSTATE, SENDER, ARG0];
  return answer($kernel, $sender, 'Wrong code.') if $code ne $run->{code};
  $run->{wrong} = 0;
  $machine->return_state();
}

sub answer {
  my ($kernel, $sender, $text) = @_;
  $kernel->post($sender, hear => $text);
}

sub announce {
  my ($kernel, $run, $text) = @_;
  print "$text\n";
  $kernel->post($_, hear => $text) for sort keys %{ $run->{visitors} };
}

package main;
use POE qw(Component::Server::TCP);

$| = 1;
my ($port, $code) = (shift // 4009, shift // '0000');
my %commands = map { $_ => 1 } qw(unlock open shut lock kick reset quit);

POE::Component::Server::TCP->new(
  Address            => '127.0.0.1',
  Port               => $port,
  Started            => \&started,
  ClientConnected    => sub { $_[KERNEL]->post(door => 'enter') },
  ClientInput        => \&input,
  ClientError        => sub { },
  ClientDisconnected => sub { $_[KERNEL]->call(door => 'quit') },
  InlineStates       => { hear => sub { $_[HEAP]{client}->put($_[ARG0]) if $_[HEAP]{client} } },
);
Door::spawn($code);
POE::Kernel->run();
print "stopped\n";

sub started {
  my ($listening) = Socket::unpack_sockaddr_in($_[HEAP]{listener}->getsockname());
  print "listening on 127.0.0.1:$listening\n";
}

sub input {
  my ($kernel, $heap, $line) = @_[KERNEL, HEAP, ARG0];
  my ($command, $word) = (split(' ', $line, 2), '', '');
  return $heap->{client}->put("What is $command?") unless $commands{$command};
  return $kernel->yield('shutdown') if $command eq 'quit';
  $kernel->post(door => $command, $word);
}
