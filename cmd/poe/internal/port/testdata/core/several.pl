use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Shop::Basket;
use Shop::Prices qw(price @currencies TAX :sums);

# A program of several files: modules with exports, inheritance and a required file.
my $basket = Shop::Basket->new(owner => 'ann');
$basket->add('apple', 2)->add('pear');
print $basket->owner, ": ", join(', ', $basket->items), "\n";
print "total ", $basket->total, "\n";
print price('apple'), " @currencies ", TAX, " ", add_up(1, 2, 3), "\n";
print "Shop::Prices::secret: ", Shop::Prices::secret(), "\n";
require 'shop.pl';
print shop_name(), "\n";
eval { $basket->add() };
print "died: $@";
eval { price('gold') };
print "died: $@";
eval { Shop::Prices::broken(0) };
print "died: ", $@ =~ /^Illegal division by zero at \S+Prices\.pm line \d+\.$/ ? "in the module\n" : $@;
print ref $basket, " ", $basket->isa('Shop::Base') ? 1 : 0, "\n";
print "$Shop::Base::count made\n";
