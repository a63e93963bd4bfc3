#!/usr/bin/perl
# A chat in the browser: who asks for what was said after a line that is not
# there yet gets the answer when it is, or after a while that there is none.
#   perl main.pl PORT [MILLISECONDS]
use strict;
use warnings;
use HTTP::Response;
use HTTP::Status qw(status_message);
use POE qw(Component::Server::TCP Filter::HTTPD);

$| = 1;
my ($port, $patience) = (shift // 4013, shift // 30000);
my @said;
my %waiting;    # the session's ID => 1
my $page = do { local $/; <DATA> };

POE::Component::Server::TCP->new(
  Address            => '127.0.0.1',
  Port               => $port,
  ClientFilter       => 'POE::Filter::HTTPD',
  Started            => \&started,
  ClientInput        => \&input,
  ClientError        => sub { },
  ClientDisconnected => sub { wait_no_more(@_[KERNEL, SESSION]) },
  InlineStates       => { news => \&news },
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
  my ($kernel, $heap, $session, $request) = @_[KERNEL, HEAP, SESSION, ARG0];
  if ($request->isa('HTTP::Response')) {    # to a request that is none
    $heap->{client}->put($request);
    return $kernel->yield('shutdown');
  }
  $heap->{request} = $request;
  my $what = $request->method . ' ' . $request->uri->path;
  if ($what eq 'GET /') {
    answer($heap, 200, 'text/html', $page);
  }
  elsif ($what =~ m{^POST /say/(\w{1,16})$}) {
    say_it($1, $request->content);
    answer($heap, 200, 'text/plain', "Said.\n");
  }
  elsif ($what =~ m{^GET /hear/(\d{1,9})$}) {
    $heap->{since} = $1;
    return hear($heap) if @said > $1;
    $waiting{ $session->ID } = 1;
    $kernel->delay(news => $patience / 1000);
  }
  else {
    answer($heap, 404, 'text/plain', "Nothing is here.\n");
  }
}

sub say_it {
  my ($name, $text) = @_;
  $text =~ s/[\r\n]+/ /g;
  push @said, "$name: $text";
  print "$name: $text\n";
  $poe_kernel->call($_, 'news') for sort keys %waiting;
}

# There is news, or the time is over.
sub news {
  my ($kernel, $heap, $session) = @_[KERNEL, HEAP, SESSION];
  wait_no_more($kernel, $session);
  hear($heap);
}

sub wait_no_more {
  my ($kernel, $session) = @_;
  delete $waiting{ $session->ID };
  $kernel->delay('news');
}

# The first line is the number to ask with the next time.
sub hear {
  my $heap = shift;
  my $count = @said;
  answer($heap, 200, 'text/plain', join '', map {"$_\n"} $count, @said[ $heap->{since} .. $count - 1 ]);
}

sub answer {
  my ($heap, $status, $type, $body) = @_;
  my $request = $heap->{request};
  my $close = $request->protocol ne 'HTTP/1.1' || lc($request->header('Connection') // '') eq 'close';
  my @fields = ('Content-Type' => $type, 'Content-Length' => length $body);
  push @fields, Connection => 'close' if $close;
  my $response = HTTP::Response->new($status, status_message($status), \@fields, $body);
  $response->protocol($request->protocol);
  $heap->{client}->put($response);
  $poe_kernel->yield('shutdown') if $close;
}

__DATA__
<!DOCTYPE html>
<title>Chat</title>
<pre></pre>
<form><input name="text" autofocus></form>
<script>
const name = prompt('Your name?'), form = document.forms[0];
form.onsubmit = () => {
  fetch('/say/' + name, {method: 'POST', body: form.text.value});
  form.reset();
  return false;
};
async function hear(since) {
  const text = await (await fetch('/hear/' + since)).text();
  const [next, ...lines] = text.split('\n');
  document.querySelector('pre').append(lines.join('\n'));
  hear(next);
}
hear(0);
</script>
