#!/usr/bin/perl
# Follows files and sends what is added to them to whoever asks over TCP. A file
# is followed while somebody hears it; a pattern chooses the lines.
#   perl main.pl PORT DIRECTORY
use strict;
use warnings;
use POE qw(Component::Server::TCP Wheel::FollowTail);

$| = 1;
my ($port, $dir) = (shift // 4007, shift // '/var/log');

POE::Component::Server::TCP->new(
  Address            => '127.0.0.1',
  Port               => $port,
  Started            => \&started,
  ClientConnected    => sub { $_[HEAP]{client}->put('follow FILE [PATTERN] or leave FILE') },
  ClientInput        => \&input,
  ClientError        => sub { },
  ClientDisconnected => \&left,
  InlineStates       => { hear => \&hear },
);
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('tails'); $_[KERNEL]->sig(INT => 'stop') },
    follow => \&follow,
    leave  => \&leave,
    line   => sub { tell_all(@_[HEAP, ARG1, ARG0]) },
    fresh  => sub { tell_all(@_[HEAP, ARG0], '(from its beginning)') },
    failed => sub { tell_all(@_[HEAP, ARG3], "($_[ARG0]: $_[ARG2])") },
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
  my ($command, $name, $pattern) = split ' ', $line, 3;
  my $client = $heap->{client};
  return $client->put('A file has a name without slashes.') unless defined $name and $name =~ /^[^.\/][^\/]*$/;
  if ($command eq 'follow') {
    $pattern //= '';
    my $wanted = eval {qr/$pattern/} or return $client->put('That is no pattern.');
    $client->put("You follow $name.");
    $kernel->call(tails => follow => $session->ID, $name) unless $heap->{follows}{$name};
    $heap->{follows}{$name} = $wanted;
  }
  elsif ($command eq 'leave' and delete $heap->{follows}{$name}) {
    $kernel->call(tails => leave => $session->ID, $name);
    $client->put("You have left $name.");
  }
  else {
    $client->put('follow FILE [PATTERN] or leave FILE');
  }
}

sub left {
  my ($kernel, $heap, $session) = @_[KERNEL, HEAP, SESSION];
  $kernel->call(tails => leave => $session->ID, $_) for sort keys %{ $heap->{follows} };
}

sub hear {
  my ($heap, $name, $text) = @_[HEAP, ARG0, ARG1];
  my $wanted = $heap->{follows}{$name} or return;
  $heap->{client}->put($text) if $text =~ $wanted;
}

# The first who hears a file makes its wheel, the last one ends it.
sub follow {
  my ($heap, $id, $name) = @_[HEAP, ARG0, ARG1];
  if (!$heap->{tails}{$name}) {
    my $tail = $heap->{tails}{$name} = POE::Wheel::FollowTail->new(
      Filename     => "$dir/$name",
      PollInterval => 0.1,
      InputEvent   => 'line',
      ResetEvent   => 'fresh',
      ErrorEvent   => 'failed',
    );
    $heap->{name}{ $tail->ID } = $name;
    print "$name is followed\n";
  }
  $heap->{hears}{$name}{$id} = 1;
}

sub leave {
  my ($heap, $id, $name) = @_[HEAP, ARG0, ARG1];
  delete $heap->{hears}{$name}{$id};
  return if %{ $heap->{hears}{$name} };
  my $tail = delete $heap->{tails}{$name};
  delete $heap->{name}{ $tail->ID };
  print "$name is not followed any more\n";
}

sub tell_all {
  my ($heap, $wheel, $text) = @_;
  my $name = $heap->{name}{$wheel} // return;
  $poe_kernel->post($_, hear => $name, "$name: $text") for sort keys %{ $heap->{hears}{$name} };
}
