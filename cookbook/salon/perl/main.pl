#!/usr/bin/perl
# A chat for the users of IRC and for browsers, who are in one room: the server
# speaks enough of IRC for the ones and WebSocket with the others.
#   perl main.pl IRCPORT WEBPORT
#
# The channel is #salon. The first text of a browser is its nick.
use strict;
use warnings;
use POE qw(Component::Server::TCP Filter::Stackable Filter::Line Filter::IRCD Filter::Stream);
use Protocol::WebSocket::Frame;
use Protocol::WebSocket::Handshake::Server;

$| = 1;
my ($irc_port, $web_port) = (shift // 6667, shift // 4014);
my $channel = '#salon';
my %people;    # by nick: what tells them of an event
my %present;   # who is in the room
my $page = do { local $/; <DATA> };

server('irc', $irc_port,
  ClientFilter => POE::Filter::Stackable->new(Filters => [ POE::Filter::Line->new, POE::Filter::IRCD->new ]),
  ClientInput  => \&irc_input,
);
server('web', $web_port, ClientFilter => 'POE::Filter::Stream', ClientInput => \&web_input);
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('control'); $_[KERNEL]->sig(INT => 'stop') },
    stop   => sub {
      $_[KERNEL]->sig_handled;
      $_[KERNEL]->alias_remove('control');
      $_[KERNEL]->post($_ => 'shutdown') for qw(irc web);
    },
  },
);
POE::Kernel->run();
print "stopped\n";

sub server {
  my ($alias, $port, %config) = @_;
  POE::Component::Server::TCP->new(
    Alias              => $alias,
    Address            => '127.0.0.1',
    Port               => $port,
    Started            => \&started,
    ClientError        => sub { },
    ClientDisconnected => sub { leave($_[HEAP], 'gone') },
    %config,
  );
}

sub started {
  my ($port) = Socket::unpack_sockaddr_in($_[HEAP]{listener}->getsockname());
  print "listening on 127.0.0.1:$port\n";
}

# Tells those in the room what somebody does; $but is left out.
sub announce {
  my ($from, $but, $command, @text) = @_;
  for my $nick (sort keys %present) {
    $people{$nick}->($from, $command, @text) unless $nick eq $but;
  }
}

sub enter {
  my ($heap, $but) = @_;
  $present{ $heap->{nick} } = 1;
  announce($heap->{nick}, $but, 'JOIN');
}

sub leave {
  my ($heap, $why) = @_;
  my $nick = delete $heap->{nick};
  return unless defined $nick;
  my $was_here = delete $present{$nick};
  delete $people{$nick};
  announce($nick, '', 'QUIT', $why) if $was_here;
}

sub free { $_[0] =~ /^[A-Za-z][\w-]{0,29}$/ && !$people{ $_[0] } }

# IRC.

sub irc_input {
  my ($kernel, $heap, $message) = @_[KERNEL, HEAP, ARG0];
  my ($client, $command, @params) = ($heap->{client}, uc $message->{command}, @{ $message->{params} || [] });
  if ($command eq 'NICK' && !defined $heap->{nick}) {
    return reply($client, 433, $params[0], 'Nickname is already in use') unless free($params[0]);
    $heap->{nick} = $params[0];
    $people{ $params[0] } = sub {
      my ($from, $what, @text) = @_;
      $client->put({
        prefix => "$from!$from\@salon.example", command => $what,
        params => [ $what eq 'QUIT' ? () : $channel, @text ],
      });
    };
  }
  elsif (!defined $heap->{nick})              { reply($client, 451, 'You have not registered') }
  elsif ($command eq 'USER')                  { reply($client, '001', "Welcome to $channel") }
  elsif ($command eq 'JOIN')                  { enter($heap, '') }
  elsif ($command eq 'PRIVMSG' && $present{ $heap->{nick} }) { announce($heap->{nick}, $heap->{nick}, 'PRIVMSG', $params[1]) }
  elsif ($command eq 'PING')                  { $client->put({ command => 'PONG', params => [ $params[0] ] }) }
  elsif ($command eq 'QUIT') {
    leave($heap, "Quit: $params[0]");
    $kernel->yield('shutdown');
  }
}

sub reply {
  my ($client, $code, @params) = @_;
  $client->put({ prefix => 'salon.example', command => $code, params => [ '*', @params ] });
}

# WebSocket.

sub web_input {
  my ($kernel, $heap, $data) = @_[KERNEL, HEAP, ARG0];
  unless ($heap->{frame}) {
    my $handshake = $heap->{handshake} ||= Protocol::WebSocket::Handshake::Server->new;
    if (!$handshake->parse($data) || $handshake->is_done && $handshake->req->resource_name ne '/chat') {
      $heap->{client}->put(sprintf "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", length $page, $page);
      return $kernel->yield('shutdown');
    }
    return unless $handshake->is_done;
    $heap->{client}->put($handshake->to_string);
    $heap->{frame} = Protocol::WebSocket::Frame->new;
    return;
  }
  my $frame = $heap->{frame};
  $frame->append($data);
  while (defined(my $text = $frame->next)) {
    if ($frame->is_close) {
      $heap->{client}->put(Protocol::WebSocket::Frame->new(type => 'close', buffer => $text)->to_bytes);
      return $kernel->yield('shutdown');
    }
    if ($frame->is_ping) {
      $heap->{client}->put(Protocol::WebSocket::Frame->new(type => 'pong', buffer => $text)->to_bytes);
      next;
    }
    $text = join ' ', split ' ', $text;
    if   (defined $heap->{nick}) { announce($heap->{nick}, $heap->{nick}, 'PRIVMSG', $text) }
    else                         { admit($heap, $text) }
  }
}

# Makes a browser somebody in the room.
sub admit {
  my ($heap, $nick) = @_;
  my $client = $heap->{client};
  my $send = sub { $client->put(Protocol::WebSocket::Frame->new(shift)->to_bytes) };
  return $send->("You cannot be $nick.") unless free($nick);
  $heap->{nick} = $nick;
  $people{$nick} = sub {
    my ($from, $what, @text) = @_;
    $send->($what eq 'JOIN' ? "$from comes." : $what eq 'QUIT' ? "$from leaves." : "$from: $text[0]");
  };
  enter($heap, $nick);
  $send->("You are $nick.");
}

__DATA__
<!DOCTYPE html>
<title>Salon</title>
<pre></pre>
<form><input name="text" autofocus></form>
<script>
const form = document.forms[0], socket = new WebSocket('ws://' + location.host + '/chat');
const add = text => document.querySelector('pre').append(text + '\n');
socket.onopen = () => socket.send(prompt('Your name?'));
socket.onmessage = event => add(event.data);
form.onsubmit = () => {
  socket.send(form.text.value);
  add('> ' + form.text.value);
  form.reset();
  return false;
};
</script>
