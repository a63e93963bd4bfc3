#!/usr/bin/perl
# A line server whose accounts and notes are in a database.
#   perl main.pl DATABASE PORT
use strict;
use warnings;
use DBI;
use POE qw(Component::Server::TCP Component::DBIAgent);

$| = 1;
my ($file, $port) = @ARGV;
my @dsn = ("dbi:SQLite:dbname=$file", '', '');
my $dbh = DBI->connect(@dsn, { RaiseError => 1 });
$dbh->do($_) for (
  'CREATE TABLE IF NOT EXISTS account (name TEXT PRIMARY KEY, password TEXT)',
  q{INSERT OR IGNORE INTO account VALUES ('ann', 'apple'), ('bob', 'banana')},
  'CREATE TABLE IF NOT EXISTS note (name TEXT, key TEXT, text TEXT, PRIMARY KEY (name, key))',
);
$dbh->disconnect;

my $db = POE::Component::DBIAgent->new(
  DSN     => \@dsn,
  Count   => 1,
  Queries => {
    password => 'SELECT password FROM account WHERE name = ?',
    set      => 'INSERT OR REPLACE INTO note VALUES (?, ?, ?)',
    get      => 'SELECT text FROM note WHERE name = ? AND key = ?',
    list     => 'SELECT key FROM note WHERE name = ? ORDER BY key',
  },
);

# What a line means depends on the state of the connection.
my %meaning = (user => \&got_user, password => \&got_password, command => \&got_command);

POE::Component::Server::TCP->new(
  Address         => '127.0.0.1',
  Port            => $port,
  Started         => \&started,
  ClientConnected => sub { $_[HEAP]{rows} = []; ask_user($_[HEAP]) },
  ClientInput     => sub { $meaning{ $_[HEAP]{state} }->(@_[HEAP, SESSION, ARG0]) },
  ClientError     => sub { },
  InlineStates    => { row => \&row },
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

# Asks the database; $then gets the first column of the rows.
sub ask {
  my ($session, $then, $query, @args) = @_;
  $db->query($query => { cookie => $then }, $session->ID, 'row', @args);
}

sub row {
  my ($heap, $row, $then) = @_[HEAP, ARG0, ARG1];
  return push @{ $heap->{rows} }, $row->[0] if ref $row;
  my @rows = splice @{ $heap->{rows} };
  $then->($heap, @rows) if $heap->{client};
}

sub ask_user {
  my $heap = shift;
  $heap->{state} = 'user';
  $heap->{client}->put('User?');
}

sub got_user {
  my ($heap, $session, $line) = @_;
  @$heap{qw(user state)} = ($line, 'password');
  $heap->{client}->put('Password?');
}

sub got_password {
  my ($heap, $session, $line) = @_;
  my $then = sub {
    my ($heap, $right) = @_;
    if (defined $right and $right eq $line) {
      $heap->{state} = 'command';
      return $heap->{client}->put("Hello, $heap->{user}.");
    }
    $heap->{client}->put('Wrong.');
    ask_user($heap);
  };
  ask($session, $then, password => $heap->{user});
}

sub got_command {
  my ($heap, $session, $line) = @_;
  my ($word, $key, $text) = split / /, $line, 3;
  my $client = $heap->{client};
  if ($word eq 'set' and defined $text) {
    ask($session, sub { $_[0]{client}->put('Noted.') }, set => $heap->{user}, $key, $text);
  }
  elsif ($word eq 'get' and defined $key) {
    ask($session, sub { $_[0]{client}->put($_[1] // 'Nothing.') }, get => $heap->{user}, $key);
  }
  elsif ($word eq 'list') {
    ask($session, sub { my $heap = shift; $heap->{client}->put(join ' ', 'Keys:', @_) }, list => $heap->{user});
  }
  elsif ($word eq 'logout') { ask_user($heap) }
  elsif ($word eq 'quit') {
    $client->put('Bye.');
    $poe_kernel->yield('shutdown');
  }
  else { $client->put('Commands: set KEY TEXT, get KEY, list, logout, quit') }
}

sub stop {
  my $kernel = $_[KERNEL];
  $kernel->sig_handled;
  $kernel->sig(CHLD => 'gone');
  $db->finish;
}
