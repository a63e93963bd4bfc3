#!/usr/bin/perl
# Reads lines at a terminal with POE::Wheel::ReadLine and notes in a file what
# was delivered: the line, or the exception.
use strict;
use warnings;
use POE qw(Wheel::ReadLine);

open my $notes, '>', $ENV{LINES_FILE} or die "$ENV{LINES_FILE}: $!";
$| = 1;
select((select($notes), $| = 1)[0]);

POE::Session->create(
  inline_states => {
    _start => sub {
      my $reader = $_[HEAP]{reader} = POE::Wheel::ReadLine->new(InputEvent => 'line', PutMode => 'immediate');
      $reader->add_history("first line", "second one", "third line here");
      $reader->attribs->{completion_function} = sub {
        my $word = shift;
        return grep { /^\Q$word/ } qw(apple apricot banana);
      };
      $reader->get('>');
    },
    line => sub {
      my ($line, $why) = @_[ARG0, ARG1];
      print $notes defined $line ? $line : $why, "\n";
      if (defined $line && $line eq 'quit') {
        delete $_[HEAP]{reader};
        return;
      }
      $_[HEAP]{reader}->get('>');
    },
  },
);
POE::Kernel->run;
