#!/usr/bin/perl
# Looks up the addresses of all names on its standard input, some at a time. A
# question that is not answered is asked again, with more and more patience.
#   perl main.pl SERVER PORT [LIMIT [MILLISECONDS]]
use strict;
use warnings;
use IO::Socket::INET;
use Socket qw(inet_aton inet_ntoa pack_sockaddr_in);
use POE qw(Wheel::ReadWrite);

$| = 1;
my ($server, $port) = (shift // '127.0.0.53', shift // 53);
my $limit    = shift // 100;                # questions without an answer yet
my $patience = (shift // 1000) / 1000;      # with the first try
my $tries    = 3;

POE::Session->create(
  inline_states => {
    _start   => \&start,
    name     => \&name,
    no_more  => sub { delete $_[HEAP]{input}; fill(@_[KERNEL, HEAP]) },
    readable => \&readable,
    late     => \&late,
  },
  heap => { queue => [], asked => {}, id => 0, names => 0, found => 0 },
);
POE::Kernel->run();

sub start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $heap->{to}     = pack_sockaddr_in($port, inet_aton($server));
  $heap->{socket} = IO::Socket::INET->new(Proto => 'udp', LocalPort => 0, Blocking => 0) or die "socket: $!\n";
  $kernel->select_read($heap->{socket}, 'readable');
  $heap->{input} = POE::Wheel::ReadWrite->new(
    Handle     => \*STDIN,    # nothing is written
    InputEvent => 'name',
    ErrorEvent => 'no_more',
  );
}

sub name {
  my ($kernel, $heap, $name) = @_[KERNEL, HEAP, ARG0];
  $heap->{names}++;
  push @{ $heap->{queue} }, $name;
  fill($kernel, $heap);
}

# Asks as many names as may be asked. When there is nothing left to be done, the
# socket is all that keeps the session.
sub fill {
  my ($kernel, $heap) = @_;
  while (@{ $heap->{queue} } and keys %{ $heap->{asked} } < $limit) {
    my $question = { name => shift @{ $heap->{queue} }, tries => 0, patience => $patience };
    $heap->{id} = ($heap->{id} + 1) & 0xFFFF;
    $heap->{asked}{ $heap->{id} } = $question;
    ask($kernel, $heap, $heap->{id});
  }
  return if $heap->{input} or %{ $heap->{asked} };
  $kernel->select_read($heap->{socket});
  print "$heap->{found} of $heap->{names} found\n";
}

sub ask {
  my ($kernel, $heap, $id) = @_;
  my $question = $heap->{asked}{$id};
  $question->{tries}++;
  $question->{timer} = $kernel->delay_set(late => $question->{patience}, $id);
  $question->{patience} *= 2;
  send $heap->{socket}, question($id, $question->{name}), 0, $heap->{to};
}

sub late {
  my ($kernel, $heap, $id) = @_[KERNEL, HEAP, ARG0];
  return ask($kernel, $heap, $id) if $heap->{asked}{$id}{tries} < $tries;
  done($kernel, $heap, $id, "no answer after $tries tries");
}

sub readable {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  while (defined(my $from = recv $heap->{socket}, my $packet = '', 512, 0)) {
    next if $from ne $heap->{to};
    my ($id, @addresses) = answer($packet) or next;
    my $question = $heap->{asked}{$id} or next;    # an answer that came late
    $kernel->alarm_remove($question->{timer});
    $heap->{found}++ if @addresses;
    done($kernel, $heap, $id, join(' ', @addresses) || 'not found');
  }
}

sub done {
  my ($kernel, $heap, $id, $result) = @_;
  my $question = delete $heap->{asked}{$id};
  print "$question->{name} $result\n";
  fill($kernel, $heap);
}

# The packet that asks for the addresses (type 1, class 1) of a name.
sub question {
  my ($id, $name) = @_;
  my $labels = join '', map { pack 'C/a*', $_ } split /\./, $name;
  return pack 'n6 a* C n2', $id, 0x0100, 1, 0, 0, 0, $labels, 0, 1, 1;
}

# The number and the addresses of an answer; nothing if it is none.
sub answer {
  my $packet = shift;
  return if length $packet < 12;
  my ($id, $flags, $questions, $answers) = unpack 'n4', $packet;
  return unless $flags & 0x8000;
  my ($at, @addresses) = (12);
  $at = after_name($packet, $at) + 4 for 1 .. $questions;
  for (1 .. $answers) {
    $at = after_name($packet, $at);
    return if $at + 10 > length $packet;
    my ($type, $class, $ttl, $data) = unpack "x$at n2 N n/a", $packet;
    push @addresses, inet_ntoa($data) if $type == 1 and length $data == 4;
    $at += 10 + length $data;
  }
  return $id, @addresses;
}

# Where in a packet a name ends, of which only the first part may be there.
sub after_name {
  my ($packet, $at) = @_;
  while ($at < length $packet) {
    my $length = ord substr $packet, $at, 1;
    return $at + 1 if $length == 0;
    return $at + 2 if $length >= 0xC0;    # a pointer to the rest
    $at += 1 + $length;
  }
  return $at;
}
