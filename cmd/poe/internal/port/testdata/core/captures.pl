# Captures end with the block of their match.
use strict;
my @l = qw(a1 b2);
if ('key=val' =~ /(\w+)=(\w+)/) { my @r = grep { /(\d)/ } @l; print "$1 $2 @r\n"; }
if ('key=val' =~ /(\w+)=(\w+)/) { my @r = map { /(\d)/ ? $1 : () } @l; print "$1 $2 @r\n"; }
if ('key=val' =~ /(\w+)=(\w+)/) { for my $x (@l) { if ($x =~ /(\d)/) { print "in $1 " } } print "$1 $2\n"; }
if ('key=val' =~ /(\w+)=(\w+)/) { my $s = sub { 'zz9' =~ /(\d)/; return $1 }->(); print "$1 $2 $s\n"; }
if ('key=val' =~ /(\w+)=(\w+)/) { my @s = sort { ($a =~ /(\d)/)[0] <=> ($b =~ /(\d)/)[0] } @l; print "$1 $2 @s\n"; }
if ('key=val' =~ /(\w+)=(\w+)/) { my $r = do { 'q7' =~ /(\d)/; $1 }; print "$1 $2 $r\n"; }
if ('key=val' =~ /(\w+)=(\w+)/) { eval { 'q7' =~ /(\d)/; 1 }; print "$1 $2\n"; }
if ('key=val' =~ /(\w+)=(\w+)/) { my $x = 'a7b'; $x =~ s/(\d)/<$1>/; print "$1 $x\n"; }
'abc' =~ /(b)/; { 'xyz' =~ /(y)/; print "$1 "; } print "$1\n";
sub f { 'm5' =~ /(\d)/; $1 } 'abc' =~ /(b)/; f(); print "$1\n";
'abc' =~ /(b)/; print "$1\n" if 'zzz' !~ /(q)/; my $t = 'abc'; while ($t =~ /(\w)/g) { print $1 } print " $1\n";
my $n = 0; for ('a=1', 'b=2') { next unless /(\w)=(\d)/; my ($k, $v) = ($1, $2); $n += $v; print "$k$v " } print "$n $1\n";
sub val { 'abc' =~ /(b)/; for my $x ('q1') { if ($x =~ /(\d)/) { } } my @r = grep { /(\d)/ } 'z9'; return "$1@r" } print val(), "\n";
sub vv { my $s = shift; $s =~ /^(\w)/ or return; my ($d) = map { /(\d+)/ ? $1 : () } split /,/, $s; my @p = split /,/, $s; return "$1-$d-@p" } print vv('a,12'), "\n"; print defined vv('-') ? 1 : 0, "\n";
my $u = 'k5'; if ($u =~ /(\d)/) { my @w = split /k/, $u; print "$1 @w\n" } print "after $1\n"; my @deep = map { my $x = $_; grep { "$x$_" =~ /(a1)/ } 1 .. 2 } 'a', 'b'; print "$1 @deep\n";
if ('key=val' =~ /(?<k>\w+)=/) { my @d = grep { /(\d)/ } qw(a1); print "$+{k} $-[0]-$+[0] @d\n"; }
my ($or, $undef) = (undef // 'dor', 1); print "$or\n";
