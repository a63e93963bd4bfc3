#!/usr/bin/perl
# A job queue with a page that says how it is: two workers, each with a job that
# runs until somebody ends it.
#   perl main.pl PORT
#
#   GET /              how many jobs wait, run and are done
#   POST /jobs/NAME    puts a job in; the answer comes when it is done
#   POST /end/NAME     ends one that runs
use strict;
use warnings;
use POE qw(Component::JobQueue Component::Server::SimpleHTTP);

$| = 1;
my $port = shift // 4033;
my ($limit, $asked, $done) = (2, 0, 0);
my %running;    # workers by the names of their jobs

POE::Session->create(
  inline_states => {
    _start    => \&start,
    listening => \&listening,
    status    => \&status,
    add       => \&add,
    end       => \&end,
    done      => \&job_done,
    stop      => \&stop,
  },
);
POE::Component::JobQueue->spawn(Alias => 'queuer', WorkerLimit => $limit, Worker => \&work, Passive => {});
my $server = POE::Component::Server::SimpleHTTP->new(
  ALIAS    => 'HTTPD',
  ADDRESS  => '127.0.0.1',
  PORT     => $port,
  HANDLERS => [
    { DIR => '^/$',          SESSION => 'site', EVENT => 'status' },
    { DIR => '^/jobs/\w+$', SESSION => 'site', EVENT => 'add' },
    { DIR => '^/end/\w+$',  SESSION => 'site', EVENT => 'end' },
  ],
);
POE::Kernel->post(site => 'listening');
POE::Kernel->run();
print "stopped\n";

sub start {
  my $kernel = $_[KERNEL];
  $kernel->alias_set('site');
  $kernel->sig(INT => 'stop');
}

sub listening {
  my $name = eval { $server->getsockname } or return $poe_kernel->yield('listening');    # not yet
  my ($port) = Socket::unpack_sockaddr_in($name);
  print "listening on 127.0.0.1:$port\n";
}

sub stop {
  my $kernel = $_[KERNEL];
  $kernel->sig_handled;
  $kernel->alias_remove('site');
  $kernel->call(queuer => 'stop');
  $kernel->post(HTTPD => 'SHUTDOWN');
}

sub status {
  my $response = $_[ARG1];
  my $running = keys %running;
  answer($response, sprintf 'waiting %d, running %d, done %d', $asked - $running - $done, $running, $done);
}

sub add {
  my ($kernel, $request, $response) = @_[KERNEL, ARG0, ARG1];
  my ($name) = $request->uri->path =~ /(\w*)$/;
  $asked++;
  print "$name comes\n";
  $kernel->post(queuer => enqueue => done => $name, $response);
}

sub end {
  my ($kernel, $request, $response) = @_[KERNEL, ARG0, ARG1];
  my ($name) = $request->uri->path =~ /(\w*)$/;
  return answer($response, 'no such job') unless $running{$name};
  $kernel->call($running{$name}, 'end');
  answer($response, 'ended');
}

# Makes a worker of the queue.
sub work {
  my ($postback, $name) = @_;
  print "$name begins\n";
  POE::Session->create(
    inline_states => {
      _start => sub {
        my ($kernel, $session) = @_[KERNEL, SESSION];
        $running{$name} = $session->ID;
        $kernel->refcount_increment($session->ID, 'job');
      },
      end => sub {
        my ($kernel, $session) = @_[KERNEL, SESSION];
        delete $running{$name};
        $kernel->refcount_decrement($session->ID, 'job');
        $postback->("$name is done");
        undef $postback;
      },
    },
  );
}

# The queue's response.
sub job_done {
  my ($params, $results) = @_[ARG0, ARG1];
  $done++;
  answer($params->[1], $results->[0]);
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
