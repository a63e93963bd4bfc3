#!/usr/bin/perl
# The time of day, by the protocols daytime and time, each at a port of its own.
# A third port starts, stops and lists the servers, and can hold the clock.
#   perl main.pl PORT
use strict;
use warnings;
use POSIX qw(strftime);
use POE qw(Component::Server::TCP Filter::Stream);

$| = 1;
my $port = shift // 4015;
my $held;    # the time, if the clock does not go

# What each protocol says, after which it hangs up. Time counts from 1900.
my %protocols = (
  daytime => sub { strftime("%a %b %e %H:%M:%S %Y\r\n", gmtime now()) },
  time    => sub { pack 'N', now() + 2_208_988_800 },
);

POE::Component::Server::TCP->new(
  Alias       => 'control',
  Address     => '127.0.0.1',
  Port        => $port,
  Started     => \&started,
  ClientInput => \&input,
  ClientError => sub { },
);
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('servers'); $_[KERNEL]->sig(INT => 'stop') },
    serve  => \&serve,
    leave  => sub { $_[KERNEL]->alias_remove('servers') },
    stop   => sub { },
  },
);
POE::Kernel->run();
print "stopped\n";

sub now { $held // time }

sub started {
  my ($listening) = Socket::unpack_sockaddr_in($_[HEAP]{listener}->getsockname());
  print "listening on 127.0.0.1:$listening\n";
}

# Each server is a session that its alias names.
sub serve {
  my $name = $_[ARG0];
  POE::Component::Server::TCP->new(
    Alias           => $name,
    Address         => '127.0.0.1',
    Port            => 0,
    Started         => \&started,
    ClientFilter    => 'POE::Filter::Stream',
    ClientConnected => sub {
      $_[HEAP]{client}->put($protocols{$name}->());
      $_[KERNEL]->yield('shutdown');
    },
    ClientInput => sub { },
    ClientError => sub { },
    Stopped     => sub { print "$name has stopped\n" },
  );
}

sub input {
  my ($kernel, $heap, $line) = @_[KERNEL, HEAP, ARG0];
  my ($command, $word) = (split(' ', $line), '', '');
  my $client = $heap->{client};
  if ($command eq 'status') {
    $client->put(map { "$_ " . ($kernel->alias_resolve($_) ? 'runs' : 'does not run') } sort keys %protocols);
  }
  elsif ($command eq 'hold' and $word =~ /^\d{1,10}$/) {
    $held = $word;
    $client->put('The clock is held.');
  }
  elsif ($command eq 'go') {
    undef $held;
    $client->put('The clock goes.');
  }
  elsif ($command eq 'quit') {
    $kernel->post($_ => 'shutdown') for sort keys %protocols;
    $kernel->post(control => 'shutdown');
    $kernel->post(servers => 'leave');
    $client->put('Bye.');
    $kernel->yield('shutdown');
  }
  elsif ($command !~ /^(start|stop)$/ or !$protocols{$word}) {
    $client->put('status, start NAME, stop NAME, hold SECONDS, go or quit');
  }
  elsif ($command eq 'start') {
    return $client->put("$word runs already.") if $kernel->alias_resolve($word);
    $kernel->call(servers => serve => $word);
    $client->put("$word has started.");
  }
  else {
    return $client->put("$word does not run.") unless $kernel->alias_resolve($word);
    $kernel->post($word => 'shutdown');
    $client->put("$word stops.");
  }
}
