#!/usr/bin/perl
# It fetches the pages whose addresses come by standard input, two at a time, and
# prints their titles.
#   perl main.pl < ADDRESSES
use strict;
use warnings;
use HTTP::Request;
use POE qw(Component::Client::HTTP Wheel::ReadWrite Filter::Line);

$| = 1;
POE::Component::Client::HTTP->spawn(
  Alias => 'ua', Agent => 'titles/1', Timeout => 20, FollowRedirects => 3, MaxSize => 65_536,
);
POE::Session->create(
  inline_states => {
    _start => \&start,
    line   => \&line,
    ended  => sub { delete $_[HEAP]{input}; done($_[KERNEL], $_[HEAP]) },
    page   => \&page,
  },
);
POE::Kernel->run();

sub start {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  $heap->{asked} = 0;
  $heap->{input} = POE::Wheel::ReadWrite->new(
    InputHandle => \*STDIN, OutputHandle => \*STDOUT, Filter => POE::Filter::Line->new(Literal => "\n"),
    InputEvent  => 'line', ErrorEvent => 'ended',
  );
}

sub line {
  my ($kernel, $heap, $url) = @_[KERNEL, HEAP, ARG0];
  $heap->{asked}++;
  $heap->{input}->pause_input() if $heap->{asked} == 2;
  $kernel->post(ua => request => page => HTTP::Request->new(GET => $url), $url);
}

sub page {
  my ($kernel, $heap) = @_[KERNEL, HEAP];
  my ($url, $response) = ($_[ARG0][1], $_[ARG1][0]);
  my $text = $response->is_success ? 'no title' : 'status ' . $response->code;
  if ($response->is_success and $response->content =~ m{<title>\s*(.*?)\s*</title>}is) {
    ($text = $1) =~ s/\s+/ /g;
  }
  $url =~ s{.*/}{};
  print "$url: $text\n";
  $heap->{input}->resume_input() if $heap->{input} && $heap->{asked} == 2;
  $heap->{asked}--;
  done($kernel, $heap);
}

sub done {
  my ($kernel, $heap) = @_;
  $kernel->post(ua => 'shutdown') if !$heap->{input} && $heap->{asked} == 0;
}
