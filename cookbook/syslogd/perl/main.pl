#!/usr/bin/perl
# A collector for syslog, from the network and from a unix socket: what comes is
# sorted into files by facility and severity, repetitions are counted. HUP opens
# the files anew, for those who rotate them.
#   perl main.pl PORT SOCKET DIRECTORY
use strict;
use warnings;
use IO::Handle;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket qw(SOCK_DGRAM);
use POE;

$| = 1;
my ($port, $path, $dir) = (shift // 514, shift // '/dev/log', shift // '/var/log');

my @facilities = qw(kern user mail daemon auth syslog lpr news uucp cron authpriv ftp
  ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7);
my @severities = qw(emerg alert crit err warning notice info debug);

# The first rule that fits has the message: facility, least severity, file.
my @rules = (
  [ qr/^auth(priv)?$/, 7, 'auth.log' ],
  [ qr/^mail$/,        4, 'mail.err' ],
  [ qr/^mail$/,        7, 'mail.log' ],
  [ qr/./,             6, 'messages' ],
);

POE::Session->create(
  inline_states => {
    _start   => \&start,
    readable => \&readable,
    flush    => \&flush,
    reopen   => \&reopen,
    stop     => \&stop,
  },
  heap => { files => {}, last => {}, sockets => [] },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig(INT => 'stop');
  $kernel->sig(HUP => 'reopen');
  my $net = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Proto => 'udp')
    or die "port $port: $!\n";
  unlink $path;
  my $unix = IO::Socket::UNIX->new(Local => $path, Type => SOCK_DGRAM) or die "$path: $!\n";
  $_->blocking(0) for $net, $unix;
  $kernel->select_read($net,  'readable', 'net');
  $kernel->select_read($unix, 'readable', 'unix');
  $heap->{sockets} = [ $net, $unix ];
  print 'listening on 127.0.0.1:', $net->sockport, "\n";
}

sub readable {
  my ($kernel, $heap, $socket, $source) = @_[KERNEL, HEAP, ARG0, ARG2];
  while (defined $socket->recv(my $message, 8192)) {
    take($kernel, $heap, $source, $message);
  }
}

sub take {
  my ($kernel, $heap, $source, $message) = @_;
  $message =~ s/[\r\n\0]+\z//;
  $message =~ s/^<(\d{1,3})>// or return print "no priority from $source: $message\n";
  my ($facility, $severity) = ($facilities[ $1 >> 3 ], $1 & 7);
  return print "no such facility from $source: ", $1 >> 3, "\n" unless defined $facility;
  print "$source: $message\n" if $severity == 0;    # an emergency is everybody's
  my ($file) = map { $_->[2] } grep { $facility =~ $_->[0] and $severity <= $_->[1] } @rules;
  return unless defined $file;
  my $line = "$facility.$severities[$severity] $message";
  my $last = $heap->{last}{$file} ||= { line => '', count => 0 };
  if ($line eq $last->{line}) {
    $kernel->delay_add(flush => 30, $file) unless $last->{count}++;
    return;
  }
  told_again($heap, $file);
  $last->{line} = $line;
  write_line($heap, $file, $line);
}

# How often the last line of a file came again, once there is another line, or
# after a while, or at the end.
sub told_again {
  my ($heap, $file) = @_;
  my $last = $heap->{last}{$file};
  write_line($heap, $file, "the last message came $last->{count} times more") if $last->{count};
  $last->{count} = 0;
}

sub flush { told_again(@_[HEAP, ARG0]) }

sub write_line {
  my ($heap, $file, $line) = @_;
  my $out = $heap->{files}{$file};
  if (!$out) {
    open $out, '>>', "$dir/$file" or return print "$file: $!\n";
    $out->autoflush(1);
    $heap->{files}{$file} = $out;
  }
  print $out "$line\n";
}

sub reopen {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig_handled();    # or HUP would end the program
  $heap->{files} = {};
  print "files are opened anew\n";
}

sub stop {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig_handled();
  told_again($heap, $_) for sort keys %{ $heap->{last} };
  $kernel->select_read($_) for @{ $heap->{sockets} };
  $kernel->alarm_remove_all();
  $kernel->sig($_) for qw(INT HUP);
  unlink $path;
}
