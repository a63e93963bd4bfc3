# The Perl side of the live HTTP tests. client PORT: asks twice over one
# connection, by hand, for POE has no filter for that side. server: prints its
# port and answers one client with POE::Filter::HTTPD.
use strict; use warnings; use Socket; use HTTP::Request; use HTTP::Response;
use POE qw(Component::Server::TCP Component::Client::TCP Filter::HTTPD Filter::Stream);
$| = 1;
my ($mode, $port) = @ARGV;

if ($mode eq 'client') {
  my @requests = map { HTTP::Request->new(POST => "/page/$_", [ Host => 'test', 'X-Number' => $_, 'Content-Length' => length("body $_") ], "body $_") } 1, 2;
  $_->protocol('HTTP/1.1') for @requests;
  my ($got, $n) = ('', 0);
  POE::Component::Client::TCP->new(
    RemoteAddress => '127.0.0.1', RemotePort => $port, Filter => 'POE::Filter::Stream',
    Connected   => sub { $_[HEAP]{server}->put(join '', map { $_->as_string("\r\n") } @requests); return },
    ServerInput => sub {
      $got .= $_[ARG0];
      while ($got =~ /^(.*?\r\n\r\n)/s) {
        my $head = HTTP::Response->parse($1);
        my ($from, $length) = (length $1, $head->header('Content-Length'));
        last if length $got < $from + $length;
        print $head->protocol, ' ', $head->code, ' ', $head->header('X-Number'), ' ', substr($got, $from, $length), "\n";
        $got = substr $got, $from + $length;
        $_[KERNEL]->yield('shutdown') if ++$n == @requests;
      }
      return;
    },
  );
}
else {
  POE::Component::Server::TCP->new(
    Alias => 'server', Address => '127.0.0.1', Port => 0, ClientFilter => 'POE::Filter::HTTPD',
    Started     => sub { print +(unpack_sockaddr_in($_[HEAP]{listener}->getsockname))[0], "\n"; return },
    ClientInput => sub {
      my $r = $_[ARG0];
      if ($r->isa('HTTP::Response')) { $_[HEAP]{client}->put($r); $_[KERNEL]->yield('shutdown'); return }
      my $text = $r->method . ' ' . $r->uri->path . ' ' . $r->content;
      $_[HEAP]{client}->put(HTTP::Response->new(200, 'OK', [ 'Content-Length' => length $text, 'X-Number' => $r->header('X-Number') ], $text));
      return;
    },
    ClientDisconnected => sub { $_[KERNEL]->post(server => 'shutdown'); return },
  );
}
$poe_kernel->run();
