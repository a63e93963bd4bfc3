#!/usr/bin/perl
# A bridge between a channel of IRC and the web: what was said there is a page, and
# what is sent to it is said there.
#   perl main.pl HOST PORT CHANNEL WEBPORT
#
#   GET /     the last lines of the channel
#   POST /    says the body
use strict;
use warnings;
use POE qw(Component::IRC Component::Server::SimpleHTTP);

$| = 1;
my ($host, $port, $channel, $web) = @ARGV;
my $max_lines = 100;
my @lines;

my $irc = POE::Component::IRC->spawn(
  Nick => 'bridge', Ircname => 'a bridge', Server => $host, Port => $port, Flood => 1, NoDNS => 1,
);
POE::Session->create(
  inline_states => {
    _start     => \&start,
    irc_001    => sub { $irc->yield(join => $channel) },
    irc_join   => sub { print +(split /!/, $_[ARG0])[0], " is on $channel\n" },
    irc_public => sub { keep((split /!/, $_[ARG0])[0], $_[ARG2]) },
    web        => \&web,
    stop       => \&stop,
    listening  => \&listening,
  },
);
my $server = POE::Component::Server::SimpleHTTP->new(
  ALIAS    => 'HTTPD',
  ADDRESS  => '127.0.0.1',
  PORT     => $web,
  HANDLERS => [ { DIR => '.*', SESSION => 'bridge', EVENT => 'web' } ],
);
POE::Kernel->post(bridge => 'listening');
POE::Kernel->run();
print "stopped\n";

sub start {
  my $kernel = $_[KERNEL];
  $kernel->alias_set('bridge');
  $kernel->sig(INT => 'stop');
  $irc->yield(register => qw(001 join public));
  $irc->yield('connect');
}

sub listening {
  my $name = eval { $server->getsockname } or return $poe_kernel->yield('listening');    # not yet
  my ($port) = Socket::unpack_sockaddr_in($name);
  print "listening on 127.0.0.1:$port\n";
}

sub stop {
  my $kernel = $_[KERNEL];
  $kernel->sig_handled;
  $kernel->alias_remove('bridge');
  $kernel->post(HTTPD => 'SHUTDOWN');
  $irc->yield(shutdown => 'bye');
}

# Keeps a line, and forgets the first when there are too many.
sub keep {
  my ($nick, $text) = @_;
  print "$nick: $text\n";
  push @lines, "$nick: $text";
  shift @lines if @lines > $max_lines;
}

sub web {
  my ($request, $response) = @_[ARG0, ARG1];
  return answer($response, join "\n", @lines) if $request->method eq 'GET';
  $irc->yield(privmsg => $channel, $request->content);
  keep('web', $request->content);
  answer($response, 'said');
}

sub answer {
  my ($response, $text) = @_;
  $response->code(200);
  $response->message('OK');
  $response->content_type('text/plain');
  $response->header(Connection => 'close');
  $response->content("$text\n");
  $poe_kernel->post(HTTPD => DONE => $response);
}
