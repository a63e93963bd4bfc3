#!/usr/bin/perl
# An IRC bot: it keeps karma, remembers who was seen when, and reminds. When the
# connection is lost it comes back.
#   perl main.pl HOST PORT CHANNEL [MILLISECONDS]
use strict;
use warnings;
use POE qw(Component::Client::TCP);

$| = 1;
my ($host, $port, $channel) = (shift // 'localhost', shift // 6667, shift // '#poe');
my $pause = (shift // 10_000) / 1000;    # before it connects again
my (%karma, %seen);

# What the server says, and what people do.
my %on = (
  '001'   => sub { say_to_server("JOIN $channel") },
  433     => \&nick_taken,
  PING    => sub { say_to_server("PONG :$_[1]") },
  JOIN    => sub { print "$_[0] is in $_[1]\n"; $seen{ $_[0] } = 'joining' },
  PART    => sub { $seen{ $_[0] } = 'leaving' },
  QUIT    => sub { $seen{ $_[0] } = 'quitting' },
  PRIVMSG => \&heard,
);
my %commands = (karma => \&karma, seen => \&seen, remind => \&remind);
my $nick;

my $client = POE::Component::Client::TCP->new(
  RemoteAddress => $host,
  RemotePort    => $port,
  Started       => sub { $_[KERNEL]->sig(INT => 'stop') },
  Connected     => \&connected,
  ServerInput   => \&input,
  ServerError   => sub { },
  Disconnected  => sub { print "disconnected\n"; come_back($_[HEAP]) },
  ConnectError  => sub { print "cannot connect\n"; come_back($_[HEAP]) },
  InlineStates  => {
    due  => sub { say_to($_[ARG0], $_[ARG1]) if $_[HEAP]{connected} },
    line => sub { $_[HEAP]{server}->put($_[ARG0]) if $_[HEAP]{connected} },
    stop => \&stop,
  },
);
POE::Kernel->run();
print "stopped\n";

sub come_back { $poe_kernel->delay(reconnect => $pause) unless $_[0]{leaving} }

sub say_to_server { $poe_kernel->call($client, line => $_[0]) }
sub say_to        { say_to_server("PRIVMSG $_[0] :$_[1]") }

sub connected {
  $nick = 'poebot';
  say_to_server("NICK $nick");
  say_to_server('USER poebot 0 * :a bot');
}

sub nick_taken {
  $nick .= '_';
  say_to_server("NICK $nick");
}

# A message is [:SENDER] COMMAND WORDS [:REST].
sub input {
  my $line = $_[ARG0];
  my ($who, $command, $words) = $line =~ /^(?::([^ !]+)\S* +)?(\S+) *(.*)$/ or return;
  my ($middle, $rest) = split / :/, " $words", 2;
  my @words = split ' ', $middle;
  push @words, $rest if defined $rest;
  $on{$command}->($who // '', @words) if $on{$command};
}

sub heard {
  my ($who, $to, $text) = @_;
  $seen{$who} = "saying: $text";
  my $where = $to eq $nick ? $who : $to;
  if ($text =~ /^!(\w+) *(.*)$/ and $commands{$1}) {
    $commands{$1}->($where, $who, $2);
  }
  elsif ($text =~ /^(\w+)(\+\+|--)$/) {
    return say_to($where, "$who: not oneself") if $1 eq $who;
    $karma{$1} += $2 eq '++' ? 1 : -1;
  }
}

sub karma {
  my ($where, $who, $name) = @_;
  $name = $who if $name eq '';
  say_to($where, "$name has a karma of " . ($karma{$name} // 0));
}

sub seen {
  my ($where, $who, $name) = @_;
  say_to($where, $seen{$name} ? "$name was last seen $seen{$name}" : "I have not seen $name");
}

sub remind {
  my ($where, $who, $words) = @_;
  return say_to($where, "$who: !remind MILLISECONDS TEXT") unless $words =~ /^(\d+) (.+)$/;
  $poe_kernel->delay_set(due => $1 / 1000, $where, "$who: $2");
}

# The server closes the connection when it has got QUIT.
sub stop {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $kernel->sig_handled();
  $kernel->sig('INT');
  $kernel->alarm_remove_all();
  $heap->{leaving} = 1;
  say_to_server('QUIT :bye');
}
