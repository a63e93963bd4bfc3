#!/usr/bin/perl
# A chat server: all who have given a name hear what the others say.
#   perl main.pl PORT
use strict;
use warnings;
use POE qw(Component::Server::TCP);

$| = 1;
my $port = shift // 4000;
my %users;    # name => the ID of the connection's session

POE::Component::Server::TCP->new(
  Alias              => 'chat',
  Address            => '127.0.0.1',
  Port               => $port,
  Started            => \&started,
  ClientConnected    => sub { $_[HEAP]{client}->put('Welcome. What is your name?') },
  ClientInput        => \&input,
  ClientDisconnected => \&left,
  ClientError        => sub { },
  InlineStates       => { hear => \&hear },
);
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('control'); $_[KERNEL]->sig(INT => 'stop') },
    stop   => sub { },    # unhandled: it stops every session
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
  my $name = $heap->{name};
  return join_chat($heap, $_[SESSION]->ID, $line) unless defined $name;
  if ($line eq '/quit') {
    $heap->{client}->put('Bye.');
    $kernel->yield('shutdown');
  }
  elsif ($line eq '/who') {
    $heap->{client}->put('Here: ' . join ', ', sort keys %users);
  }
  elsif ($line =~ m{^/me (.+)}) {
    tell_all("* $name $1");
  }
  elsif ($line =~ m{^/msg (\w+) (.+)}) {
    return $heap->{client}->put("Nobody here is $1.") unless $users{$1};
    $kernel->post($users{$1}, hear => "[$name] $2");
  }
  elsif ($line =~ m{^/}) {
    $heap->{client}->put('Commands: /who, /me TEXT, /msg NAME TEXT, /quit');
  }
  else {
    tell_all("<$name> $line");
  }
}

sub join_chat {
  my ($heap, $id, $name) = @_;
  return $heap->{client}->put('A name is 1 to 16 letters or digits.') if $name !~ /^[A-Za-z0-9]{1,16}$/;
  return $heap->{client}->put('That name is taken.') if $users{$name};
  $heap->{name} = $name;
  $users{$name} = $id;
  tell_all("* $name has joined");
}

sub left {
  my $name = delete $_[HEAP]{name};
  return unless defined $name;
  delete $users{$name};
  tell_all("* $name has left");
}

sub tell_all {
  my $text = shift;
  $poe_kernel->post($users{$_}, hear => $text) for sort keys %users;
}

sub hear { $_[HEAP]{client}->put($_[ARG0]) if $_[HEAP]{client} }
