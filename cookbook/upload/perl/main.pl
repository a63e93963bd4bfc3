#!/usr/bin/perl
# A store for files: commands are lines, a file is as many bytes as the line
# before it says. The filter changes in the middle of the stream, and back.
#   perl main.pl PORT
use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use POE qw(Component::Server::TCP Filter::Block Filter::Line Filter::Stream);

$| = 1;
my $port = shift // 4014;
my $limit = 1_000_000;
my %files;

POE::Component::Server::TCP->new(
  Address     => '127.0.0.1',
  Port        => $port,
  Started     => \&started,
  ClientInput => \&input,
  ClientError => sub { },
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

# A record is a line, or the file that the line before it has announced.
sub input {
  my ($heap, $record) = @_[HEAP, ARG0];
  my $name = delete $heap->{receiving};
  defined $name ? received($heap, $name, $record) : command($heap, $record);
}

sub command {
  my ($heap, $line) = @_;
  my $client = $heap->{client};
  if ($line =~ /^put (\w+) (\d{1,7})$/) {
    return $client->put("No more than $limit bytes.") if $2 > $limit;
    return $client->put('No less than 1 byte.')       if $2 < 1;
    $heap->{receiving} = $1;
    $client->set_input_filter(POE::Filter::Block->new(BlockSize => $2));
  }
  elsif ($line =~ /^(get|sum|delete) (\w+)$/) {
    return $client->put("There is no $2.") unless exists $files{$2};
    return send_file($client, $files{$2}) if $1 eq 'get';
    return $client->put(md5_hex($files{$2})) if $1 eq 'sum';
    delete $files{$2};
    $client->put('Gone.');
  }
  elsif ($line eq 'list') {
    $client->put(map {"$_ " . length $files{$_}} sort keys %files);
    $client->put('That is all.');
  }
  elsif ($line eq 'quit') {
    $poe_kernel->yield('shutdown');
  }
  else {
    $client->put('put NAME SIZE, get NAME, sum NAME, delete NAME, list or quit');
  }
}

# What has come behind the file goes from one filter to the other.
sub received {
  my ($heap, $name, $bytes) = @_;
  $files{$name} = $bytes;
  $heap->{client}->put("$name has " . length($bytes) . ' bytes.');
  $heap->{client}->set_input_filter(POE::Filter::Line->new());
}

# Its size as a line, and the file as it is.
sub send_file {
  my ($client, $bytes) = @_;
  $client->put(length $bytes);
  $client->set_output_filter(POE::Filter::Stream->new());
  $client->put($bytes);
  $client->set_output_filter(POE::Filter::Line->new());
}
