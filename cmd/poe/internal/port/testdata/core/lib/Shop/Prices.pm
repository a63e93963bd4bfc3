package Shop::Prices;
use strict;
use warnings;
use Carp;
use base 'Exporter';
use constant TAX => 0.2;

our @EXPORT = qw(price);
our @EXPORT_OK = qw(@currencies TAX add_up);
our %EXPORT_TAGS = (sums => ['add_up']);
our @currencies = qw(EUR USD);

my %price = (apple => 3, pear => 4);

sub price {
  my $what = shift;
  croak "no price for $what" unless exists $price{$what};
  return $price{$what};
}

sub add_up { my $sum = 0; $sum += $_ for @_; return $sum }

sub secret { return scalar keys %price }

sub broken { my $n = shift; return 1 / $n }

1;
