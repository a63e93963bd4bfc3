# m//g begins where the last match on the same value of a variable has ended.
use strict; use warnings;
my $n = 0;
for (qw(aa aa aa)) { $n++ if /a/g }
print "topic $n\n"; $n = 0;
for my $x ('aa', 'aa', 'aa') { $n++ if $x =~ /a/g }
print "var $n\n"; $n = 0;
my @l = ("xax\n") x 3;
while (defined(my $l = shift @l)) { $n++ if $l =~ /a/g }
print "while $n\n"; $n = 0;
@l = ('a b') x 3;
while (@l) { $_ = shift @l; $n++ if /\w/g }
print "assigned $n\n"; $n = 0;
my $s = 'ab'; 
for my $i (1 .. 3) { $s = 'ab'; $n++ if $s =~ /b/g; }
print "same $n\n"; $n = 0;
while (<DATA>) { $n++ if /line/g }
print "data $n\n";
my $t = 'k1=v1,k2=v2,k3=v3';
$t =~ /,/g; my @rest = $t =~ /(\w+)=/g; print "@rest\n";
$t =~ /k1/g; my $c = () = $t =~ /v\d/g; print "$c\n"; print defined pos $t ? 'pos' : 'none', "\n";
my $text = '12 + ab';
my @tok = $text =~ /\G\s*(\d+|\+)/gc; print "@tok pos ", pos $text, "\n";
print "rest ", ($text =~ /\G\s*(\w+)/gc)[0], "\n";
{ my %h = (x => 'a1b2'); $h{x} =~ /\d/g; my @r = $h{x} =~ /\d/g; print "@r\n"; }
sub f { my $p = shift; return $p =~ /x/g ? 1 : 0 } print f('xx'), f('xx'), f('xx'), "\n";
my @w = map { /(\w)/g ? $1 : '-' } 'ab', 'ab', 'ab'; print "@w\n";
print scalar(grep { /b/g } ('ab', 'ab')), "\n";
our $g = 'zz'; sub h { $g = shift; $g =~ /z/g ? 1 : 0 } print h('zz'), h('zz'), "\n";
my $k = 'aXbX'; while ($k =~ /X/g) { print pos($k), ' '; } $k =~ s/X/Y/g; print "$k\n";
$_ = 'mm'; if (/m/g) { print pos, ' ' } if (/m/g) { print pos, "\n" }
for my $str ('a=1', 'a=1') { pos($str) = 0; if ($str =~ /\G(\w)=/gc) { print "k$1 " } if ($str =~ /\G(\d)/gc) { print "v$1\n" } }
# ^ with /m does not match behind a newline at the end of the text.
my $lines = "one\ntwo\n";
(my $copy = $lines) =~ s/^/> /gm;
print $copy;
($copy = $lines) =~ s/^(\s*)/-$1/gm;
print $copy;
my @m = $lines =~ /^/gm;
print scalar(@m), "\n";
print "a\n" =~ /\n^/m ? 1 : 0, "\n" =~ /^\n^/m ? 1 : 0, "a\nb" =~ /\n^/m ? 1:0, "" =~ /^/m ? 1 : 0, "\n" =~ /^$/m ? 1:0, "a\n" =~ /^$/m ? 1:0, "\n";
my @split = split /^/m, "a\nb\nc\n";
print scalar(@split), "\n";
print join '|', split /^/, "x\ny\n";
print "a\n\n" =~ /^$/m ? 1 : 0, "\n";
__DATA__
a line
a line
a line
