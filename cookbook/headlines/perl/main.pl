#!/usr/bin/perl
# It announces the news of feeds, the oldest first. Commands come by standard input:
#   add NAME URL
#   pause NAME, resume NAME, remove NAME
# Its end is the end of the program.
#   perl main.pl SECONDS
use strict;
use warnings;
use POE qw(Component::RSSAggregator Wheel::ReadWrite Filter::Line);

$| = 1;
my $delay = shift // 300;

POE::Session->create(
  inline_states => {
    _start      => \&start,
    command     => \&command,
    ended       => \&ended,
    handle_feed => \&handle_feed,
  },
);
POE::Kernel->run();
print "stopped\n";

sub start {
  my ($heap, $session) = @_[HEAP, SESSION];
  $heap->{aggregator} = POE::Component::RSSAggregator->new(
    alias => 'rssagg', callback => $session->postback('handle_feed'),
  );
  $heap->{input} = POE::Wheel::ReadWrite->new(
    InputHandle => \*STDIN, OutputHandle => \*STDOUT, Filter => POE::Filter::Line->new(Literal => "\n"),
    InputEvent  => 'command', ErrorEvent => 'ended',
  );
}

sub command {
  my ($kernel, $line) = @_[KERNEL, ARG0];
  my ($verb, $name, $url) = split ' ', $line;
  if ($verb eq 'add') {
    $kernel->call(rssagg => add_feed => { name => $name, url => $url, delay => $delay });
    return;
  }
  $kernel->call(rssagg => "${verb}_feed", $name);
  print "$name: $verb\n";
}

sub ended {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  delete $heap->{input};
  $kernel->post(rssagg => 'shutdown');
  $kernel->post(ua => 'shutdown');
  delete $heap->{aggregator};
}

sub handle_feed {
  my $feed = $_[ARG1][0];
  for my $headline (reverse $feed->late_breaking_news) {
    print $feed->name, ': ', $headline->headline, ' ', $headline->url, "\n";
  }
}
