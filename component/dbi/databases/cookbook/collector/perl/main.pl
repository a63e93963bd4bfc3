#!/usr/bin/perl
# A collector for syslog, which puts what comes by UDP into a database and says how much
# there is of each program and severity.
#   perl main.pl DATABASE PORT
use strict;
use warnings;
use DBI;
use IO::Socket::INET;
use POE qw(Component::DBIAgent);

$| = 1;
my ($file, $port) = @ARGV;
my @severities = qw(emerg alert crit err warning notice info debug);
my @dsn = ("dbi:SQLite:dbname=$file", '', '');
DBI->connect(@dsn, { RaiseError => 1 })
  ->do('CREATE TABLE IF NOT EXISTS log (host TEXT, program TEXT, severity TEXT, text TEXT)');

# One helper, or messages would overtake each other.
my $db = POE::Component::DBIAgent->new(
  DSN     => \@dsn,
  Count   => 1,
  Queries => {
    insert => 'INSERT INTO log VALUES (?, ?, ?, ?)',
    count  => 'SELECT COUNT(*) FROM log WHERE program = ? AND severity = ?',
  },
);
POE::Session->create(
  inline_states => {
    _start   => \&start,
    readable => \&readable,
    done     => sub { },
    counted  => \&counted,
    stop     => \&stop,
    gone     => sub { $_[KERNEL]->stop },    # the component would keep the wheel of its helper
  },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->alias_set('collector');
  $kernel->sig(INT => 'stop');
  $heap->{socket} = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Proto => 'udp', Blocking => 0)
    or die "port $port: $!\n";
  $kernel->select_read($heap->{socket}, 'readable');
  print 'listening on 127.0.0.1:', $heap->{socket}->sockport, "\n";
}

sub readable {
  my ($session, $heap) = @_[SESSION, HEAP];
  while (defined recv $heap->{socket}, my $message = '', 8192, 0) {
    my ($priority, $host, $program, $text) =
      $message =~ /^<(\d{1,3})>\w{3} [ \d]\d [\d:]{8} (\S+) (\w+)(?:\[\d+\])?: (.*)/ or next;
    my $severity = $severities[ $priority & 7 ];
    my $id = $session->ID;
    $db->query(insert => $id, 'done', $host, $program, $severity, $text);
    $db->query(count => { cookie => "$program $severity" }, $id, 'counted', $program, $severity);
  }
}

sub counted {
  my ($row, $what) = @_[ARG0, ARG1];
  print "$what: $row->[0]\n" if ref $row;    # EOF follows
}

sub stop {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig_handled;
  $kernel->select_read($heap->{socket});
  $kernel->sig(CHLD => 'gone');
  $db->finish;
}
