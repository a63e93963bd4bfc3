#!/usr/bin/perl
# A client for HTTP, the component of CPAN, and a server in the same program; and a heap
# that comes from a list and keeps its wheel.
use strict;
use warnings;
use HTTP::Request;
use HTTP::Response;
use POE qw(Component::Server::TCP Component::Client::HTTP Filter::HTTPD Wheel::SocketFactory);

my @jobs = map { { path => $_, seen => 0 } } qw(/one /two?x=1 /missing);
my $open = 0;
my $port;

POE::Component::Server::TCP->new(
  Alias        => 'web',
  Address      => '127.0.0.1',
  Port         => 0,
  ClientFilter => 'POE::Filter::HTTPD',
  Started      => sub { ($port) = Socket::unpack_sockaddr_in($_[HEAP]{listener}->getsockname()) },
  ClientInput  => sub {
    my ($kernel, $heap, $request) = @_[KERNEL, HEAP, ARG0];
    my $missing = $request->uri->path eq '/missing';
    my $response = HTTP::Response->new($missing ? 404 : 200);
    $response->content_type('text/plain');
    $response->content(join ' ', $request->method, $request->uri->path_query, $request->header('X-Test') // 'none', length $request->content);
    $heap->{client}->put($response);
    $kernel->yield('shutdown');
  },
);
POE::Component::Client::HTTP->spawn(Alias => 'ua', Agent => 'test/1', Timeout => 10, MaxSize => 65_536);
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->yield('begin') },
    begin  => \&begin,
    page   => \&page,
  },
  heap => { pages => [] },
);
POE::Kernel->run();
print "all done, $open open\n";

sub begin {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  while (my $job = shift @jobs) {
    $open++;
    POE::Session->create(
      inline_states => {
        _start => sub {
          my $heap = $_[HEAP];
          $heap->{wheel} = POE::Wheel::SocketFactory->new(
            RemoteAddress => '127.0.0.1', RemotePort => $port, SuccessEvent => 'there', FailureEvent => 'not_there',
          );
        },
        there => sub {
          my $heap = $_[HEAP];
          delete $heap->{wheel};
          close $_[ARG0];
          $heap->{seen}++;
          $_[KERNEL]->post(ua => request => page => HTTP::Request->new(GET => "http://127.0.0.1:$port$heap->{path}", ['X-Test' => $heap->{seen}]), $heap->{path});
        },
        not_there => sub { print "not there\n" },
        page      => sub { print_page(@_[ARG0, ARG1]) },
      },
      heap => $job,
    );
  }
  my $post = HTTP::Request->new(POST => "http://127.0.0.1:$port/post", [], 'a body');
  $open++;
  $kernel->post(ua => request => page => $post, [ 'a', 'tag' ]);
}

my @lines;

sub page { print_page(@_[ARG0, ARG1]) }

sub print_page {
  my ($asked, $got) = @_;
  my ($request, $tag) = @$asked;
  my $response = $got->[0];
  $tag = join '-', @$tag if ref $tag;
  push @lines, join('|', $tag, $request->method, scalar @$got, $response->code, $response->is_success ? 'good' : 'bad', $response->content, $response->content_type, $response->request == $request ? 'same' : 'other') . "\n";
  if (--$open == 0) {
    print sort @lines;
    $poe_kernel->post(ua => 'shutdown');
    $poe_kernel->post(web => 'shutdown');
  }
}
