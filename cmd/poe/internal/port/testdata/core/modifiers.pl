use strict;
sub f { my $n = shift; return "none" unless my $j = $n ? { v => $n } : undef; $j->{w}++; return "j=$j->{v} $j->{w}"; }
print f(0), " ", f(3), "\n";
sub g { my $x = shift if @_; my ($p, $q) = split(/,/, $x) if defined $x; return defined $x ? "x=$x p=$p q=$q" : "undef"; }
print g("a,b"), " ", g(), "\n";
my @l = (1,2,3); my $sum = 0; $sum += $_ for @l; my $msg = "sum $sum" if $sum > 3; print "$msg\n";
(my $t = " trim ") =~ s/^\s+|\s+$//g if 1; print "[$t]\n";
for my $i (1..3) { next unless (my $sq = $i * $i) > 1; print "sq $sq\n"; }
if ((my $k = 5) > 3) { print "k $k\n" }
my $ok = eval { die "x\n" if my $bad = 1; 1 } or print "died $@";
my %o = (a => 1); print "got $o{a}\n" if my ($w) = grep { $_ eq 'a' } keys %o; print "w $w\n";
my %entity = (amp => '&', lt => '<');
my $html = 'a &amp; b &lt; c &x;';
$html =~ s/&(\w+);/$entity{$1} \/\/ "<\/$1>"/ge;
print "$html\n";
(my $half = '10 20') =~ s!(\d+)!$1 / 2!ge;
print "$half\n";
