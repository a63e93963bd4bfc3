# select and print
open(my $fh, '>', \my $buf) or die;
my $old = select($fh); print "to buffer\n"; printf "%d\n", 5; select($old);
print "buf=$buf";
print {*STDOUT} "glob\n";
$| = 1;
print STDOUT "a", "b", "\n";
my @list = (1,2,3);
{ local $, = "-"; local $\ = "!\n"; print @list; }
print "@list[0,1]\n";
my $s = "x" x 3; print "$s\n";
say STDOUT "hi" if 0;
print "last index $#list, $#{[1,2]}\n";
"abc" =~ /(b)(c)?/; print "$#+ $#- @- @+\n";
