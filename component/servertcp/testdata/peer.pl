# The Perl side of the live tests. client PORT FILTER: asks a server and prints
# what it answers. server FILTER: prints its port and answers one client.
use strict; use warnings; use Socket;
use POE qw(Component::Server::TCP Component::Client::TCP Filter::Line Filter::Reference Filter::Block);
$| = 1;
my ($mode, @rest) = @ARGV;
my $filter = 'POE::Filter::' . pop @rest;
my $values = $filter =~ /Reference/;
my @questions = $values ? ({ n => 1, list => [ 1, 2, 3 ] }, { n => 2, list => [ 'x' ] }) : ('one', 'a longer line');
sub show { my $v = shift; return ref $v ? "n=$v->{n} list=@{ $v->{list} }" : $v }
sub answer { my $v = shift; return ref $v ? { n => $v->{n} + 1, list => [ reverse @{ $v->{list} } ] } : "re: $v" }

if ($mode eq 'client') {
  POE::Component::Client::TCP->new(
    RemoteAddress => '127.0.0.1', RemotePort => $rest[0], Filter => $filter,
    Connected   => sub { $_[HEAP]{server}->put($_) for @questions; return },
    ServerInput => sub { print show($_[ARG0]), "\n"; $_[KERNEL]->yield('shutdown') if ++$_[HEAP]{n} == @questions; return },
  );
}
else {
  POE::Component::Server::TCP->new(
    Alias => 'server', Address => '127.0.0.1', Port => 0, ClientFilter => $filter,
    Started     => sub { print +(unpack_sockaddr_in($_[HEAP]{listener}->getsockname))[0], "\n"; return },
    ClientInput => sub { $_[HEAP]{client}->put(answer($_[ARG0])); return },
    ClientDisconnected => sub { $_[KERNEL]->post(server => 'shutdown'); return },
  );
}
$poe_kernel->run();
