#!/usr/bin/perl
# A publish/subscribe broker. Each topic is a session, which its alias names and
# keeps alive: the first subscriber makes it, the last one takes the alias away.
#   perl main.pl PORT
use strict;
use warnings;
use POE qw(Component::Server::TCP);

$| = 1;
my $port = shift // 4008;

POE::Component::Server::TCP->new(
  Address            => '127.0.0.1',
  Port               => $port,
  Started            => \&started,
  ClientConnected    => sub { $_[HEAP]{topics} = {} },
  ClientInput        => \&input,
  ClientError        => sub { },
  ClientDisconnected => \&left,
  InlineStates       => { hear => sub { $_[HEAP]{client}->put($_[ARG0]) if $_[HEAP]{client} } },
);

# The topics are children of this session, which hears of their ends.
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('topics'); $_[KERNEL]->sig(INT => 'stop') },
    create => \&create,
    _child => sub { print "topic $_[ARG2] is gone\n" if $_[ARG0] eq 'lose' },
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
  my ($command, $topic, $text) = split ' ', $line, 3;
  my $client = $heap->{client};
  return $client->put('error: subscribe, unsubscribe or publish a topic')
    unless defined $topic and $topic =~ /^\w+$/;
  if ($command eq 'subscribe') {
    return $client->put('error: you have that') if $heap->{topics}{$topic}++;
    $client->put("subscribed $topic");
    $kernel->call(topics => create => $topic) unless $kernel->alias_resolve("topic $topic");
    $kernel->call("topic $topic", add => $session->ID);
  }
  elsif ($command eq 'unsubscribe') {
    return $client->put('error: you do not have that') unless delete $heap->{topics}{$topic};
    $kernel->call("topic $topic", remove => $session->ID);
    $client->put("unsubscribed $topic");
  }
  elsif ($command eq 'publish' and defined $text) {
    my $count = $kernel->call("topic $topic", publish => $text) // 0;
    $client->put("published to $count");
  }
  else {
    $client->put('error: subscribe TOPIC, unsubscribe TOPIC, publish TOPIC TEXT');
  }
}

sub left {
  my ($kernel, $heap, $session) = @_[KERNEL, HEAP, SESSION];
  $kernel->call("topic $_", remove => $session->ID) for sort keys %{ delete $heap->{topics} };
}

sub create {
  POE::Session->create(
    inline_states => {
      _start  => \&topic_start,
      add     => \&add,
      remove  => \&remove,
      publish => \&publish,
      _stop   => sub { $_[HEAP]{name} },    # what _child shows
    },
    heap => { name => $_[ARG0], subscribers => {}, last => undef },
  );
}

sub topic_start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->alias_set("topic $heap->{name}");
  print "topic $heap->{name} is new\n";
}

# Who subscribes late gets the last message.
sub add {
  my ($kernel, $heap, $id) = @_[KERNEL, HEAP, ARG0];
  $heap->{subscribers}{$id} = 1;
  $kernel->post($id, hear => "$heap->{name}: $heap->{last}") if defined $heap->{last};
}

sub remove {
  my ($kernel, $heap, $id) = @_[KERNEL, HEAP, ARG0];
  delete $heap->{subscribers}{$id};
  $kernel->alias_remove("topic $heap->{name}") unless %{ $heap->{subscribers} };
}

sub publish {
  my ($kernel, $heap, $text) = @_[KERNEL, HEAP, ARG0];
  $heap->{last} = $text;
  my @subscribers = sort { $a <=> $b } keys %{ $heap->{subscribers} };
  $kernel->post($_, hear => "$heap->{name}: $text") for @subscribers;
  return scalar @subscribers;
}
