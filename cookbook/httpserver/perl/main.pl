#!/usr/bin/perl
# A web server for notes: a table of routes, methods that are not allowed, and
# connections that are kept for the next request.
#   perl main.pl PORT
use strict;
use warnings;
use HTTP::Response;
use HTTP::Status qw(status_message);
use POE qw(Component::Server::TCP Filter::HTTPD);

$| = 1;
my $port = shift // 4005;
my %notes;

# A handler gets the request and what the path has in brackets; it returns the
# status and the body.
my @routes = (
  [ GET    => qr{^/$},            sub { 200, "Notes are in /notes.\n" } ],
  [ GET    => qr{^/notes$},       sub { 200, join '', map {"$_\n"} sort keys %notes } ],
  [ GET    => qr{^/notes/(\w+)$}, \&show ],
  [ PUT    => qr{^/notes/(\w+)$}, \&store ],
  [ DELETE => qr{^/notes/(\w+)$}, \&forget ],
);

POE::Component::Server::TCP->new(
  Address      => '127.0.0.1',
  Port         => $port,
  ClientFilter => 'POE::Filter::HTTPD',
  Started      => \&started,
  ClientInput  => \&input,
  ClientError  => sub { },
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
  my ($kernel, $heap, $request) = @_[KERNEL, HEAP, ARG0];
  if ($request->isa('HTTP::Response')) {    # to a request that is none
    print $request->code, "\n";
    $heap->{client}->put(answer('HTTP/1.1', $request->code, "That is no request.\n", Connection => 'close'));
    return $kernel->yield('shutdown');
  }
  my ($status, $body, @fields) = route($request);
  print join(' ', $request->method, $request->uri->path, $status), "\n";
  my $keep = keeps($request);
  push @fields, Connection => 'close'      if !$keep;
  push @fields, Connection => 'keep-alive' if $keep and $request->protocol eq 'HTTP/1.0';
  my $response = answer($request->protocol, $status, $body, @fields);
  $response->content('') if $request->method eq 'HEAD';
  $heap->{client}->put($response);
  $kernel->yield('shutdown') unless $keep;
}

# Whether the connection goes on: HTTP/1.1 says when it ends, HTTP/1.0 when not.
sub keeps {
  my $request = shift;
  my $says = lc($request->header('Connection') // '');
  return $request->protocol eq 'HTTP/1.1' ? $says ne 'close' : $says eq 'keep-alive';
}

sub answer {
  my ($protocol, $status, $body, @fields) = @_;
  push @fields, 'Content-Type' => 'text/plain', 'Content-Length' => length $body;
  my $response = HTTP::Response->new($status, status_message($status), \@fields, $body);
  $response->protocol($protocol);
  return $response;
}

sub route {
  my $request = shift;
  my $method = $request->method eq 'HEAD' ? 'GET' : $request->method;
  my @allowed;
  for my $route (@routes) {
    my ($its_method, $pattern, $handler) = @$route;
    my @words = $request->uri->path =~ $pattern or next;
    return $handler->($request, @words) if $method eq $its_method;
    push @allowed, $its_method;
  }
  return 405, "Not with this method.\n", Allow => join ', ', @allowed if @allowed;
  return 404, "Nothing is here.\n";
}

sub show {
  my ($request, $name) = @_;
  return 404, "No such note.\n" unless exists $notes{$name};
  return 200, "$notes{$name}\n";
}

sub store {
  my ($request, $name) = @_;
  my $new = !exists $notes{$name};
  $notes{$name} = $request->content;
  return $new ? 201 : 200, "Noted.\n";
}

sub forget {
  my ($request, $name) = @_;
  return 404, "No such note.\n" unless exists $notes{$name};
  delete $notes{$name};
  return 200, "Gone.\n";
}
