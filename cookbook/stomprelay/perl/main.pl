#!/usr/bin/perl
# It passes the messages of a queue from one message broker to another. A message is
# acknowledged to the first when the second has it; what was under way when the second
# was lost is sent again.
#   perl main.pl SOURCE TARGET QUEUE
use strict;
use warnings;
use Net::Stomp::Frame;
use POE qw(Component::Client::TCP Filter::Stomp);

$| = 1;
my %port = (source => shift // 61613, target => shift // 61614);
my $queue = shift // '/queue/jobs';
my %up;            # which sides have greeted us
my @under_way;     # messages of the source, in order
my $serial = 0;
my $stopping = 0;

for my $name (sort keys %port) {
  POE::Component::Client::TCP->new(
    Alias         => $name,
    RemoteAddress => '127.0.0.1',
    RemotePort    => $port{$name},
    Filter        => 'POE::Filter::Stomp',
    Connected     => sub { $_[HEAP]{server}->put(frame('CONNECT', { login => 'relay', passcode => 'secret' })) },
    ConnectError  => sub { $_[KERNEL]->delay(reconnect => 0.1) },
    ServerError   => sub { },    # Disconnected comes
    Disconnected  => sub { lost($_[KERNEL], $name) },
    ServerInput   => sub { heard($_[KERNEL], $_[HEAP], $name, $_[ARG0]) },
    InlineStates  => { say => sub { $_[HEAP]{server}->put($_[ARG0]) if $up{$name} } },
  );
}
POE::Session->create(
  inline_states => {
    _start => \&start,
    stop   => \&stop,
  },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my $kernel = $_[KERNEL];
  $kernel->alias_set('relay');    # a signal alone keeps nobody
  $kernel->sig(INT => 'stop');
}

sub frame {
  my ($command, $headers, $body) = @_;
  return Net::Stomp::Frame->new({ command => $command, headers => $headers, body => $body // '' });
}

sub heard {
  my ($kernel, $heap, $name, $frame) = @_;
  my ($command, $headers) = ($frame->command, $frame->headers);
  if ($command eq 'CONNECTED') {
    $up{$name} = 1;
    print "$name is up\n";
    $kernel->yield(say => frame('SUBSCRIBE', { id => 1, destination => $queue, ack => 'client' })) if $name eq 'source';
    forward($kernel, $_) for $name eq 'target' ? @under_way : ();
  }
  elsif ($command eq 'MESSAGE') {
    push @under_way, { id => $headers->{'message-id'}, body => $frame->body };
    forward($kernel, $under_way[-1]);
  }
  elsif ($command eq 'RECEIPT' and $headers->{'receipt-id'} eq 'bye') {
    $kernel->yield('shutdown');
  }
  elsif ($command eq 'RECEIPT') {
    my ($message) = grep { ($_->{receipt} // '') eq $headers->{'receipt-id'} } @under_way or return;
    @under_way = grep { $_ != $message } @under_way;
    print "relayed $message->{body}\n";
    $kernel->post(source => say => frame('ACK', { 'message-id' => $message->{id} }));
  }
}

sub forward {
  my ($kernel, $message) = @_;
  $message->{receipt} = 'r' . ++$serial;
  $kernel->post(target => say => frame('SEND', { destination => $queue, receipt => $message->{receipt} }, $message->{body}));
}

# What the source has sent it sends again to the next connection.
sub lost {
  my ($kernel, $name) = @_;
  return if $stopping;
  print "$name is lost\n" if delete $up{$name};
  @under_way = () if $name eq 'source';
  $kernel->delay(reconnect => 0.1);
}

sub stop {
  my $kernel = $_[KERNEL];
  $kernel->sig_handled();
  $kernel->sig('INT');
  $kernel->alias_remove('relay');
  $stopping = 1;
  for my $name (sort keys %port) {
    $kernel->post($name => say => frame('DISCONNECT', { receipt => 'bye' }));
  }
}
