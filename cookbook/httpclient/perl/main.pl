#!/usr/bin/perl
# Fetches pages, two at a time: the head of a response is read as lines, the
# body as bytes, so the filter changes in between. Redirections are followed.
#   perl main.pl URL ...
use strict;
use warnings;
use POE qw(Wheel::SocketFactory Wheel::ReadWrite Filter::Line Filter::Stream);

$| = 1;
my $limit = 2;    # pages that are fetched at the same time
my $active = 0;
my @queue = map { { url => $_, first => $_, hops => 0 } } @ARGV;

POE::Session->create(
  inline_states => {
    _start => \&fill,
    next   => \&fill,
    _child => \&child,
    again  => sub { unshift @queue, $_[ARG0] },
  },
);
POE::Kernel->run();
print "done\n";

sub fill {
  while (@queue and $active < $limit) {
    $active++;
    POE::Session->create(
      inline_states => {
        _start    => \&connect_to,
        connected => \&connected,
        refused   => sub { finish($_[HEAP], "$_[ARG0] failed") },
        head      => \&got_head,
        body      => sub { $_[HEAP]{body} .= $_[ARG0] },
        ended     => \&ended,
        late      => sub { finish($_[HEAP], 'no answer') },
      },
      heap => shift @queue,
    );
  }
}

# Every page is a child session, so the parent hears when one is over.
sub child {
  my ($kernel, $what) = @_[KERNEL, ARG0];
  return unless $what eq 'lose';
  $active--;
  $kernel->yield('next');
}

sub connect_to {
  my ($kernel, $heap, $sender) = @_[KERNEL, HEAP, SENDER];
  $heap->{parent} = $sender->ID;
  my ($host, $port, $path) = $heap->{url} =~ m{^http://([^/:]+)(?::(\d+))?(/.*)?$}
    or return finish($heap, 'not a URL');
  @$heap{qw(host path body)} = ($host, $path // '/', '');
  $kernel->delay(late => 30);
  $heap->{wheel} = POE::Wheel::SocketFactory->new(
    RemoteAddress => $host,
    RemotePort    => $port // 80,
    SuccessEvent  => 'connected',
    FailureEvent  => 'refused',
  );
}

sub connected {
  my ($heap, $socket) = @_[HEAP, ARG0];
  $heap->{wheel} = POE::Wheel::ReadWrite->new(
    Handle     => $socket,
    Filter     => POE::Filter::Line->new(InputRegexp => '\r?\n', OutputLiteral => "\r\n"),
    InputEvent => 'head',
    ErrorEvent => 'ended',
  );
  $heap->{wheel}->put("GET $heap->{path} HTTP/1.0", "Host: $heap->{host}", '');
}

sub got_head {
  my ($heap, $line) = @_[HEAP, ARG0];
  return unless $heap->{wheel};    # read with a line that was not HTTP
  if (!defined $heap->{status}) {
    return finish($heap, 'not HTTP') unless $line =~ m{^HTTP/1\.[01] (\d+)};
    $heap->{status} = $1;
  }
  elsif ($line =~ /^([^:]+):\s*(.*)/) {
    $heap->{fields}{ lc $1 } = $2;
  }
  elsif ($line eq '') {
    $heap->{wheel}->event(InputEvent => 'body');
    $heap->{wheel}->set_input_filter(POE::Filter::Stream->new());
  }
}

# The end of the body is the end of the connection.
sub ended {
  my ($kernel, $heap, $op, $code) = @_[KERNEL, HEAP, ARG0, ARG1];
  return finish($heap, "$op failed") if $code;
  my ($status, $fields, $body) = @$heap{qw(status fields body)};
  return finish($heap, 'no head') unless $status;
  my $length = $fields->{'content-length'} // length $body;
  return finish($heap, 'cut short') if length $body < $length;
  if ($status =~ /^30/ and my $to = $fields->{location}) {
    return finish($heap, 'too many hops') if $heap->{hops} == 2;
    $kernel->call($heap->{parent},
      again => { url => $to, first => $heap->{first}, hops => $heap->{hops} + 1 });
    return finish($heap);
  }
  my ($title) = $body =~ m{<title>(.*?)</title>}s;
  finish($heap, join ' ', $status, length($body) . ' bytes', $title // '');
}

# Without wheel and timer the session ends.
sub finish {
  my ($heap, $result) = @_;
  print "$heap->{first}: $result\n" if defined $result;
  $poe_kernel->delay('late');
  delete $heap->{wheel};
}
