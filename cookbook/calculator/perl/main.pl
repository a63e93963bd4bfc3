#!/usr/bin/perl
# A calculator in reverse Polish notation. Each connection has a stack, in the
# heap of its session; all connections share the registers. A line that fails
# changes no stack.
#   perl main.pl PORT
use strict;
use warnings;
use POE qw(Component::Server::TCP);

$| = 1;
my $port = shift // 4010;
my %registers;

# An operation takes so many values and gives others.
my %operations = (
  '+'  => [ 2, sub { $_[0] + $_[1] } ],
  '-'  => [ 2, sub { $_[0] - $_[1] } ],
  '*'  => [ 2, sub { $_[0] * $_[1] } ],
  '/'  => [ 2, sub { $_[1] == 0 ? die "division by zero\n" : $_[0] / $_[1] } ],
  sqrt => [ 1, sub { $_[0] < 0 ? die "root of less than nothing\n" : sqrt $_[0] } ],
  neg  => [ 1, sub { -$_[0] } ],
  dup  => [ 1, sub { @_[0, 0] } ],
  swap => [ 2, sub { @_[1, 0] } ],
  drop => [ 1, sub { } ],
);

POE::Component::Server::TCP->new(
  Address         => '127.0.0.1',
  Port            => $port,
  Started         => \&started,
  ClientConnected => sub { $_[HEAP]{stack} = [] },
  ClientInput     => \&input,
  ClientError     => sub { },
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
  my ($kernel, $heap, $line) = @_[KERNEL, HEAP, ARG0];
  return $kernel->yield('shutdown') if $line eq 'quit';
  my @stack = @{ $heap->{stack} };
  eval { evaluate(\@stack, $_) for split ' ', $line; 1 } or do {
    chomp(my $error = $@);
    return $heap->{client}->put($error);
  };
  $heap->{stack} = \@stack;
  $heap->{client}->put(join(' ', map { sprintf '%.12g', $_ } @stack) || 'Empty.');
}

# Does what one word says.
sub evaluate {
  my ($stack, $word) = @_;
  if ($word =~ /^-?\d+(\.\d+)?$/) {
    push @$stack, $word;
  }
  elsif ($word =~ /^>([a-z]+)$/) {
    ($registers{$1}) = take($stack, 1, $word);
  }
  elsif ($word =~ /^<([a-z]+)$/) {
    push @$stack, $registers{$1} // die "nothing is in $1\n";
  }
  elsif (my $operation = $operations{$word}) {
    my ($count, $code) = @$operation;
    push @$stack, $code->(take($stack, $count, $word));
    die "too much\n" if @$stack and abs $stack->[-1] > 1e300;
  }
  else {
    die "no such word: $word\n";
  }
}

sub take {
  my ($stack, $count, $word) = @_;
  die "too little for $word\n" if @$stack < $count;
  return splice @$stack, -$count;
}
