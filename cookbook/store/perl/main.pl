#!/usr/bin/perl
# A key-value store that answers when it can: its session gets a postback with
# each request, and calls it at once or when a key that somebody waits for is set.
#   perl main.pl PORT
use strict;
use warnings;
use POE qw(Component::Server::TCP);

$| = 1;
my $port = shift // 4011;
my %usage = (set => 3, get => 2, wait => 2, quit => 1);    # how many words each is

POE::Component::Server::TCP->new(
  Address            => '127.0.0.1',
  Port               => $port,
  Started            => \&started,
  ClientConnected    => sub { $_[HEAP]{requests} = 0 },
  ClientInput        => \&input,
  ClientError        => sub { },
  ClientDisconnected => sub { $_[KERNEL]->call(store => 'forget') },
  InlineStates       => { answer => \&answer },
);
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('store'); $_[KERNEL]->sig(INT => 'stop') },
    set    => \&set,
    get    => \&get,
    wait   => \&wait_for,
    forget => \&forget,
    stop   => sub { },
  },
  heap => { values => {}, waiting => {} },
);
POE::Kernel->run();
print "stopped\n";

sub started {
  my ($listening) = Socket::unpack_sockaddr_in($_[HEAP]{listener}->getsockname());
  print "listening on 127.0.0.1:$listening\n";
}

# A postback remembers which request it is for.
sub input {
  my ($kernel, $heap, $session, $line) = @_[KERNEL, HEAP, SESSION, ARG0];
  my $number = ++$heap->{requests};
  my @words = split ' ', $line;
  if (!@words or @words != ($usage{ $words[0] } // 0)) {
    return $heap->{client}->put("$number: set KEY VALUE, get KEY, wait KEY or quit");
  }
  my $command = shift @words;
  return $kernel->yield('shutdown') if $command eq 'quit';
  $kernel->post(store => $command => $session->postback(answer => $number), @words);
}

sub answer {
  my ($heap, $made, $called) = @_[HEAP, ARG0, ARG1];
  $heap->{client}->put("$made->[0]: $called->[0]") if $heap->{client};
}

sub set {
  my ($heap, $postback, $key, $value) = @_[HEAP, ARG0 .. ARG2];
  $heap->{values}{$key} = $value;
  $postback->('ok');
  my $waiting = delete $heap->{waiting}{$key} or return;
  $_->{postback}->("$key is $value") for @$waiting;
}

sub get {
  my ($heap, $postback, $key) = @_[HEAP, ARG0, ARG1];
  my $value = $heap->{values}{$key};
  $postback->(defined $value ? "$key is $value" : "there is no $key");
}

# The postback is kept. As long as it is there, so is the session that made it.
sub wait_for {
  my ($heap, $sender, $postback, $key) = @_[HEAP, SENDER, ARG0, ARG1];
  push @{ $heap->{waiting}{$key} }, { who => $sender->ID, postback => $postback };
  print "somebody waits for $key\n";
}

# Which is why those of a visitor who has gone must not stay.
sub forget {
  my ($heap, $sender) = @_[HEAP, SENDER];
  for my $key (sort keys %{ $heap->{waiting} }) {
    my $waiting = $heap->{waiting}{$key};
    my @rest = grep { $_->{who} != $sender->ID } @$waiting;
    print "somebody waits for $key no more\n" if @rest < @$waiting;
    @$waiting = @rest;
  }
}
