#!/usr/bin/perl
# It looks up the addresses of the names on its standard input, some at a time, by
# the component for it. Program dnsbulk does so by hand.
#   perl main.pl SERVER PORT [LIMIT]
use strict;
use warnings;
use Net::DNS::Resolver;
use POE qw(Component::Client::DNS Wheel::ReadWrite);

$| = 1;
my ($server, $port, $limit) = (shift, shift, shift // 100);
Net::DNS::Resolver->port($port);    # what the component's resolver begins with
my $resolver = POE::Component::Client::DNS->spawn(Alias => 'resolver', Nameservers => [$server]);
POE::Session->create(
  inline_states => {
    _start  => \&start,
    name    => \&name,
    no_more => sub { delete $_[HEAP]{input}; done($_[HEAP]) },
    answer  => \&answer,
  },
  heap => { asked => 0, names => 0, found => 0 },
);
POE::Kernel->run();

sub start {
  $_[HEAP]{input} = POE::Wheel::ReadWrite->new(
    Handle     => \*STDIN,    # nothing is written
    InputEvent => 'name',
    ErrorEvent => 'no_more',
  );
}

sub name {
  my ($heap, $name) = @_[HEAP, ARG0];
  $heap->{names}++;
  $heap->{input}->pause_input() if ++$heap->{asked} == $limit;
  my $known = $resolver->resolve(event => 'answer', host => $name, context => $name);
  $poe_kernel->yield(answer => $known) if $known;
}

sub answer {
  my ($heap, $answer) = @_[HEAP, ARG0];
  my @addresses;
  @addresses = map { $_->address } grep { $_->type eq 'A' } $answer->{response}->answer if $answer->{response};
  $heap->{found}++ if @addresses;
  print "$answer->{context} ", join(' ', @addresses) || 'not found', "\n";
  $heap->{asked}--;
  $heap->{input}->resume_input() if $heap->{input};
  done($heap);
}

# Ends the program when there is nothing left to be done.
sub done {
  my $heap = shift;
  return if $heap->{input} or $heap->{asked};
  print "$heap->{found} of $heap->{names} found\n";
  $resolver->shutdown();
}
