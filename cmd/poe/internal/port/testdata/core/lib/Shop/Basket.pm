package Shop::Basket;
use strict;
use warnings;
use parent 'Shop::Base';
use Shop::Prices;

my %names;

sub add {
  my ($self, $what, $n) = @_;
  die "add what?\n" unless defined $what;
  $names{$what}++;
  $self->{items}{$what} += $n // 1;
  return $self;
}

sub items {
  my $self = shift;
  return map { "$_ x $self->{items}{$_}" } sort keys %{ $self->{items} };
}

sub total {
  my $self = shift;
  my $sum = 0;
  $sum += price($_) * $self->{items}{$_} for keys %{ $self->{items} };
  return $sum;
}

1;
