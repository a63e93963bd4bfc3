#!/usr/bin/perl
# A line server with a login: each user keeps notes. Who is idle for too long is
# disconnected.
#   perl main.pl PORT
use strict;
use warnings;
use POE qw(Component::Server::TCP);

$| = 1;
my $port      = shift // 4001;
my %passwords = (ann => 'apple', bob => 'banana');
my %notes;    # user => { key => text }

# What a line means depends on the state of the connection.
my %meaning = (user => \&got_user, password => \&got_password, command => \&got_command);

POE::Component::Server::TCP->new(
  Address            => '127.0.0.1',
  Port               => $port,
  Started            => \&started,
  ClientConnected    => sub { @{ $_[HEAP] }{qw(state tries idle)} = ('user', 0, 300); ask($_[HEAP], 'User?') },
  ClientInput        => \&input,
  ClientDisconnected => sub { $_[KERNEL]->delay('idle') },    # else it would keep the session
  ClientError        => sub { },
  InlineStates       => { idle => \&idle },
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

sub ask {
  my ($heap, $text) = @_;
  $heap->{client}->put($text);
  $poe_kernel->delay(idle => $heap->{idle});
}

sub input {
  my ($heap, $line) = @_[HEAP, ARG0];
  $meaning{ $heap->{state} }->($heap, $line);
}

sub got_user {
  my ($heap, $line) = @_;
  @$heap{qw(user state)} = ($line, 'password');
  ask($heap, 'Password?');
}

sub got_password {
  my ($heap, $line) = @_;
  my $right = $passwords{ $heap->{user} };
  if (defined $right and $right eq $line) {
    $heap->{state} = 'command';
    return ask($heap, "Hello, $heap->{user}.");
  }
  if (++$heap->{tries} == 3) {
    ask($heap, 'Too many tries.');
    return $poe_kernel->yield('shutdown');
  }
  $heap->{state} = 'user';
  ask($heap, 'Wrong. User?');
}

sub got_command {
  my ($heap, $line) = @_;
  my $mine = $notes{ $heap->{user} } ||= {};
  my ($command, $key, $text) = split ' ', $line, 3;
  $command //= '';
  if ($command eq 'set' and defined $text) {
    $mine->{$key} = $text;
    ask($heap, 'Noted.');
  }
  elsif ($command eq 'get' and defined $key) {
    ask($heap, $mine->{$key} // 'Nothing.');
  }
  elsif ($command eq 'list') {
    ask($heap, join(' ', sort keys %$mine) || 'Nothing.');
  }
  elsif ($command eq 'idle' and defined $key and $key =~ /^\d+$/) {
    $heap->{idle} = $key / 1000;
    ask($heap, "After $key ms.");
  }
  elsif ($command eq 'logout') {
    $heap->{state} = 'user';
    ask($heap, 'User?');
  }
  elsif ($command eq 'quit') {
    ask($heap, 'Bye.');
    $poe_kernel->yield('shutdown');
  }
  else {
    ask($heap, 'Commands: set KEY TEXT, get KEY, list, idle MILLISECONDS, logout, quit');
  }
}

sub idle {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  return unless $heap->{client};
  $heap->{client}->put('You were idle for too long.');
  $kernel->yield('shutdown');
}
