#!/usr/bin/perl
# A daemon between meters and a database: each line is a reading, METER VALUE, which
# is added to its meter's sum, and gets that sum.
#   perl main.pl DATABASE PORT
use strict;
use warnings;
use DBI;
use POE qw(Component::Server::TCP Component::DBIAgent);

$| = 1;
my ($file, $port) = @ARGV;
my @dsn = ("dbi:SQLite:dbname=$file", '', '');
DBI->connect(@dsn, { RaiseError => 1 })->do('CREATE TABLE IF NOT EXISTS meter (name TEXT PRIMARY KEY, sum INTEGER)');

# One helper, or readings would overtake each other.
my $db = POE::Component::DBIAgent->new(
  DSN     => \@dsn,
  Count   => 1,
  Queries => {
    insert => 'INSERT INTO meter VALUES (?, 0) ON CONFLICT DO NOTHING',
    add    => 'UPDATE meter SET sum = sum + ? WHERE name = ?',
    sum    => 'SELECT sum FROM meter WHERE name = ?',
  },
);
POE::Component::Server::TCP->new(
  Address      => '127.0.0.1',
  Port         => $port,
  Started      => \&started,
  ClientInput  => \&input,
  ClientError  => sub { },
  InlineStates => { done => sub { }, stored => \&stored },
);
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('control'); $_[KERNEL]->sig(INT => 'stop') },
    stop   => \&stop,
    gone   => sub { $_[KERNEL]->stop },    # the component would keep the wheel of its helper
  },
);
POE::Kernel->run();
print "stopped\n";

sub started {
  my ($listening) = Socket::unpack_sockaddr_in($_[HEAP]{listener}->getsockname());
  print "listening on 127.0.0.1:$listening\n";
}

sub input {
  my ($heap, $session, $line) = @_[HEAP, SESSION, ARG0];
  my ($meter, $value) = $line =~ /^\s*(\S+)\s+(-?\d+)/;
  return $heap->{client}->put('A reading is METER VALUE.') unless defined $value;
  my $id = $session->ID;
  $db->query(insert => $id, 'done', $meter);
  $db->query(add    => $id, 'done', $value, $meter);
  $db->query(sum    => { cookie => $meter }, $id, 'stored', $meter);
}

sub stored {
  my ($heap, $row, $meter) = @_[HEAP, ARG0, ARG1];
  $heap->{client}->put("$meter $row->[0]") if ref $row and $heap->{client};    # EOF follows
}

sub stop {
  my $kernel = $_[KERNEL];
  $kernel->sig_handled;
  $kernel->sig(CHLD => 'gone');
  $db->finish;
}
