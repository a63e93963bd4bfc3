#!/usr/bin/perl
# A web server, and a client that asks it for one thing after the other.
use strict;
use warnings;
use POE;
use POE::Component::Client::TCP;
use POE::Component::Server::SimpleHTTP;
use Socket qw(unpack_sockaddr_in AF_INET);

$| = 1;
my @asked = (
    "GET / HTTP/1.1\r\nHost: there\r\nX-B: 2\r\nX-A: 1\r\nConnection: close\r\n\r\n",
    "POST /form?a=1&b=two+words HTTP/1.1\r\nHost: there\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
    "GET /later HTTP/1.0\r\n\r\n",
    "GET /nothing HTTP/1.1\r\nHost: there\r\nConnection: close\r\n\r\n",
    "GET /close HTTP/1.1\r\nHost: there\r\n\r\n",
    "GET /empty HTTP/1.1\r\nHost: there\r\nAuthorization: Basic bWU6cHc=\r\nConnection: close\r\n\r\n",
);

my $server = POE::Component::Server::SimpleHTTP->new(
    ALIAS    => 'HTTPD',
    ADDRESS  => '127.0.0.1',
    DOMAIN   => AF_INET,
    PORT     => 0,
    HOSTNAME => 'here.example',
    HEADERS  => { Server => 'test', 'X-Default' => 'given' },
    HANDLERS => [
        { DIR => '^/$',             SESSION => 'web', EVENT => 'main' },
        { DIR => '^/(?:form|form2)', SESSION => 'web', EVENT => 'form' },
        { DIR => '^/later',         SESSION => 'web', EVENT => 'later' },
        { DIR => '^/close',         SESSION => 'web', EVENT => 'closed' },
    ],
    LOGHANDLER   => { SESSION => 'web', EVENT => 'log' },
    LOG2HANDLER  => { SESSION => 'web', EVENT => 'logged' },
    SETUPHANDLER => { SESSION => 'web', EVENT => 'setup' },
) or die;
print ref $server, "\n";

POE::Session->create(
    package_states => [ main => [qw(_start setup next main form later answer closed empty handlers log logged)] ],
);
POE::Kernel->run;
print "done\n";

sub _start { $_[KERNEL]->alias_set('web') }

my $port;
sub setup {
    ($port) = unpack_sockaddr_in($server->getsockname);
    print "set up\n";
    $_[KERNEL]->yield('next');
}

# Asks for the next thing.
sub next {
    my $kernel = $_[KERNEL];
    my $text = shift @asked;
    if (!defined $text) {
        $kernel->alias_remove('web');
        $kernel->post(HTTPD => 'SHUTDOWN');
        return;
    }
    my $got = '';
    POE::Component::Client::TCP->new(
        RemoteAddress => '127.0.0.1',
        RemotePort    => $port,
        Filter        => 'POE::Filter::Stream',
        Connected     => sub { $_[HEAP]{server}->put($text) },
        ServerInput   => sub { $got .= $_[ARG0] },
        ServerError   => sub { },
        Disconnected  => sub { show($got); $_[KERNEL]->post(web => 'next') },
    );
}

sub show {
    my ($head, $body) = split /\r?\n\r?\n/, shift, 2;
    my ($status, @fields) = split /\r?\n/, $head // 'nothing';
    $status =~ s/^HTTP\/1\.\d (\d+) .*/$1/;
    print "$status | ", join(' | ', sort grep { !/^(?:Date|Connection|Content-Length: 0)/i } @fields), ' | ', $body // '', "\n";
}

sub main {
    my ($request, $response, $dir) = @_[ARG0 .. ARG2];
    print ref $request, ' ', ref $response, " $dir\n";
    print join(' ', $request->method, $request->uri->path, $request->header('Host'), $request->protocol), "\n";
    print join(' ', map { $_ . '=' . $request->header($_) } grep { /^X-/ } $request->header_field_names), "\n";
    print 'connection: ', $response->connection->remote_ip, ' ', $response->connection->dead ? 'dead' : 'alive', "\n";
    $response->code(200);
    $response->content_type('text/plain');
    $response->content("main page\n");
    $_[KERNEL]->post(HTTPD => DONE => $response);
}

sub form {
    my ($request, $response) = @_[ARG0, ARG1];
    my %field = $request->uri->query_form;
    print join(' ', map { "$_=$field{$_}" } sort keys %field), ' | ', scalar $request->content_type, ' | ', $request->content, ' | ', $request->uri->path_query, "\n";
    $response->code(201);
    $response->header('X-Default' => 'mine');
    $response->content('<p>made</p>');
    $_[KERNEL]->call($_[SENDER], DONE => $response);
}

sub later  { $_[KERNEL]->delay(answer => 0.05, $_[ARG1]) }
sub answer { my $r = $_[ARG0]; $r->code(503); $r->content('try again'); $r->header('Retry-After' => 5); $_[KERNEL]->post(HTTPD => DONE => $r) }

sub closed {
    $_[KERNEL]->post(HTTPD => CLOSE => $_[ARG1]);
    $_[KERNEL]->post(HTTPD => GETHANDLERS => $_[SESSION], 'handlers');
}

sub handlers {
    my $handlers = $_[ARG0];
    print 'handlers: ', join(' ', map { "$_->{DIR}=$_->{EVENT}" } @$handlers), "\n";
    push @$handlers, { DIR => '^/empty', SESSION => 'web', EVENT => 'empty' };
    $_[KERNEL]->post(HTTPD => SETHANDLERS => $handlers);
}

sub empty {
    my ($request, $response) = @_[ARG0, ARG1];
    print 'user: ', join(' ', $request->authorization_basic), "\n";
    $response->code(200);
    $response->content('');
    $_[KERNEL]->post(HTTPD => DONE => $response);
}

sub log    { print 'log: ', $_[ARG0] ? $_[ARG0]->uri->path : 'undef', " from $_[ARG1]\n" }
sub logged { print 'logged: ', $_[ARG0]->method, ' ', $_[ARG0]->uri->path, ' ', $_[ARG1]->code, ' ', length $_[ARG1]->content, "\n" }
