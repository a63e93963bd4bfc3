use strict; use warnings;
my @stack; my %d = (add => sub { $_[0] + $_[1] }, mul => sub { my ($a, $b) = @_; $a * $b });
for my $op (sort keys %d) { print "$op ", $d{$op}->(3, 4), "\n" }
sub apply(&@) { my ($c, @l) = @_; map { $c->($_) } @l } print join(",", apply { $_[0] * 2 } 1, 2, 3), "\n";
my $fact; $fact = sub { my $n = shift; $n <= 1 ? 1 : $n * $fact->($n - 1) }; print $fact->(10), "\n";
my @subs; for my $i (1..3) { push @subs, sub { $i * 10 } } print join(",", map { $_->() } @subs), "\n";
sub counter { my $n = shift; return { inc => sub { ++$n }, get => sub { $n } } } my $c1 = counter(5); my $c2 = counter(1); $c1->{inc}->() for 1..3; $c2->{inc}->(); print $c1->{get}->(), $c2->{get}->(), "\n";
OUTER: for my $i (1..3) { for my $j (1..3) { next OUTER if $j == 2; last OUTER if $i == 3; print "$i$j " } } print "\n";
my $k = 0; do { $k++ } while ($k < 5); print "$k\n"; until ($k <= 0) { $k -= 2 } print "$k\n"; for (my $i = 0; $i < 3; $i++) { next if $i == 1; print $i } print "\n";
my ($p, $q); $p ||= 5; $q //= 0; $q ||= 'z'; print "$p $q\n"; my $r = $p > 3 && 'big' || 'small'; print "$r\n"; my $u = undef() // 'def'; print "$u\n"; unless (0) { print "unless\n" } else { print "else\n" }
my $h = { list => [1,2,{ deep => 'x' }], code => sub { "called @_" } }; print $h->{list}[2]{deep}, " ", $h->{code}->(1,2), " ", scalar @{ $h->{list} }, "\n"; my @l = @{$h->{list}}[0,1]; print "@l\n"; 
my ($aa, $bb) = (10, 3); printf "%d %d %.2f %s\n", $aa / $bb, $aa % $bb, $aa / $bb, $aa . $bb; my $str = "x=" . $aa + 1 if 0; print "a" . 1 + 2, "\n" if 0; print "chop: ", join(",", map { my $s = $_; chop $s; $s } qw(ab cd)), "\n"; my $line = "text\n"; chomp(my $cp = $line); print "[$cp]\n";
{ no strict 'refs'; *{"main::dyn"} = sub { "dyn @_" }; } print dyn(1), "\n"; print "ok\n" if defined &apply; print __PACKAGE__, " ", __LINE__, " ", (caller(0))[3] // 'top', "\n"; sub whoami { (caller(0))[3] } print whoami(), "\n"; sub ln { my @c = caller; "$c[0] $c[2]" } print ln(), "\n";
my @sorted = sort { $a->{n} <=> $b->{n} || $b->{s} cmp $a->{s} } ({n=>2,s=>'a'},{n=>1,s=>'b'},{n=>1,s=>'c'}); print join(" ", map { "$_->{n}$_->{s}" } @sorted), "\n"; print "@{[ map { $_ ** 2 } grep { $_ % 2 == 0 } 1 .. 6 ]}\n"; my ($min) = sort { $a <=> $b } 5, 3, 9; print "$min\n"; 
local $_ = "topic"; print; print "\n"; for (1..2) { print; } print "\n"; print "$_\n"; my @e = (1) x 3; print "@e\n"; my $sref = \"lit"; print $$sref, " ", ref $sref, " ", ref [], " ", ref {}, " ", ref sub {}, " ", ref \$sref, " ", ref qr/x/, "\n"; my @two = ([1]) x 2; push @{$two[0]}, 9; print "@{$two[1]}\n"; print "a".."e", "\n"; print join(",", 'aa'..'ad'), "\n"; my ($d1, $d2) = (1) ; print defined $d2 ? 1 : 0, "\n"; print "lst: ", (4,5,6)[1], "\n"; print exists $d{nope} ? 1 : 0, exists $d{nope}{x} ? 1:0, exists $d{nope} ? 1 : 0, "\n";
