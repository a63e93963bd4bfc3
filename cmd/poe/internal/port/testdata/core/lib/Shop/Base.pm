package Shop::Base;
use strict;
use warnings;

our $count = 0;

sub new {
  my ($class, %args) = @_;
  $count++;
  return bless {%args}, $class;
}

sub owner { $_[0]{owner} }

1;
