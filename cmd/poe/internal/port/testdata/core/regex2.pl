# Patterns: empty matches, possessive quantifiers, names and numbers of groups, \b.
use strict;
use warnings;

print join('|', 'aab' =~ /(a*)/g), "\n";
(my $s = 'aab') =~ s/a*/-/g;
print "$s\n";
print 'aaa' =~ /a++a/ ? "yes\n" : "no\n";
print "$1\n" if 'a(b(c)d)e' =~ /(\([^()]*+\))/;
if ('x=1;y=22' =~ /(\w)=(?<first>\d);(\w)=(?<second>\d+)(?!\d)/) {
  print "$1 $2 $3 $4 $+{first} $+{second} ", join(',', sort keys %+), " @- @+\n";
}
print "same\n" if 'abab-ab' =~ /^(?<two>ab)\k<two>-\g{-1}$/;
my $t = "\xe9ab a";
my @w;
push @w, pos $t while $t =~ /\ba(?!x)/g;
print "@w\n";
my $text = 'aaa';
pos($text) = 1;
print "$-[0]\n" if $text =~ /aa/g;
my $n = 0;
$n++ while $text =~ /x*/g;
print "$n\n";
print join('|', split(//, 'ab', -1)), ' ', join('|', split(my $space = ' ', ' a  b ')), "\n";
print "[[:^alpha:]] ", join('', 'a1-b' =~ /[[:^alpha:]](?!x)/g), "\n";
my @i = (0, 2);
my @list = qw(a b c);
print "@list[@i] $list[$#list] $list[-1] $list[ 1 ]\n";
my $c = chop(my $v = 'abc');
{ local $/ = 'END'; chomp(my $e = 'fooEND'); print "$c $e\n" }
(my $tr = "a\tb\012c") =~ tr/\011\x0a/  /;
print "$tr\n";
