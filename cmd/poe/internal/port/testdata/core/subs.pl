use strict;
use warnings;

sub add { my ($x, $y) = @_; return $x + $y }
sub implicit { my $x = shift; $x * 2 }
sub lst { return (1, 2, 3) }
sub arr { my @r = (4, 5, 6); return @r }
sub hsh { my %r = (a => 1); return %r }
sub none { return }
sub ctx { wantarray }
print add(1, 2), " ", implicit(4), "\n";
my $s = lst();
my $a1 = arr();
my ($f) = lst();
my @l = (lst(), arr());
print "$s $a1 $f @l\n";
my @n = none();
my $n = none();
print scalar(@n), defined $n ? 1 : 0, "\n";
my %h = hsh();
print $h{a}, "\n";
sub modify { $_[0] = 'changed'; $_[1]++ }
my ($m, $k) = ('orig', 5);
modify($m, $k);
print "$m $k\n";
my @arr = (1, 2);
modify(@arr);
print "@arr\n";
my %ha = (x => 1, y => 2);
modify($ha{x}, $ha{y});
print "$ha{x} $ha{y}\n";
sub swap { @_[0, 1] = @_[1, 0] }
my ($p, $q) = (1, 2);
swap($p, $q);
print "$p $q\n";
sub trim { for (@_) { s/^\s+//; s/\s+$// } return @_ }
my $t = "  hi  ";
trim($t);
print "[$t]\n";
sub counter { my $c = shift // 0; return { inc => sub { return ++$c }, get => sub { $c } } }
my $c1 = counter();
my $c2 = counter(10);
$c1->{inc}->() for 1 .. 3;
$c2->{inc}->();
print $c1->{get}->(), " ", $c2->{get}->(), "\n";
my @subs;
for my $i (1 .. 3) { push @subs, sub { $i * 10 } }
print join(",", map { $_->() } @subs), "\n";
my $fact;
$fact = sub { my $n = shift; $n <= 1 ? 1 : $n * $fact->($n - 1) };
print $fact->(10), " ", $fact->(20), " ", $fact->(25), "\n";
sub fib { my $n = shift; return $n < 2 ? $n : fib($n - 1) + fib($n - 2) }
print fib(15), "\n";
sub maxof { my $m = shift; for (@_) { $m = $_ if $_ > $m } $m }
print maxof(3, 9, 2), "\n";
sub apply(&@) { my ($code, @l) = @_; return map { $code->($_) } @l }
print join(",", apply { $_[0] + 1 } 1, 2, 3), "\n";
sub named { my %a = @_; return "$a{first}-$a{second}" }
print named(first => 1, second => 2), "\n";
sub refs { my ($a, $h) = @_; push @$a, 'new'; $h->{k} = 'v'; return }
my (@ra, %rh);
refs(\@ra, \%rh);
print "@ra $rh{k}\n";
sub nested { my $x = shift; my $inner = sub { my $y = shift; return $x + $y }; return $inner->(5) }
print nested(3), "\n";
print "chain: ", join(",", sort { $a <=> $b } map { $_ + 1 } grep { $_ > 1 } 1, 2, 3), "\n";
sub early { for my $i (1 .. 10) { return $i if $i * $i > 20 } return -1 }
print early(), "\n";
sub deep { my ($n) = @_; return unless $n; return [$n, deep($n - 1)] }
my $d = deep(3);
print $d->[0], $d->[1][0], $d->[1][1][0], "\n";
my $str = join ",", map { my $x = $_; map { "$x$_" } 1 .. 2 } qw(a b);
print "$str\n";
our $global = 'g';
sub show { return $global }
sub test_local { local $global = 'l'; return show() }
print test_local(), show(), "\n";
sub recursive_local { my $n = shift; local $global = $n; return $n ? recursive_local($n - 1) . $global : '' }
print recursive_local(3), " $global\n";
my $code = \&add;
print $code->(3, 4), " ", &$code(5, 6), " ", &add(7, 8), " ", &{ \&add }(1, 2), "\n";
sub with_args { return &inner_args }
sub inner_args { return "got @_" }
print with_args(1, 2), "\n";
print defined &add ? "defined" : "no", " ", defined &nope ? "defined" : "no", " ", exists &add ? 1 : 0, "\n";
sub ref_type { my $r = shift; return ref($r) eq 'ARRAY' ? "array of " . @$r : ref($r) eq 'HASH' ? "hash of " . keys %$r : ref($r) eq 'CODE' ? "code" : "scalar" }
print join(",", map { ref_type($_) } [1, 2], { a => 1 }, sub { }, 5), "\n";
sub stringify { return "a", "b" }
my $last = stringify();
my $cnt = () = stringify();
print "$last $cnt\n";
sub ternary { return $_[0] > 0 ? 'pos' : $_[0] < 0 ? 'neg' : 'zero' }
print join(",", map { ternary($_) } 1, -1, 0), "\n";
sub unless_else { my $x = shift; unless ($x) { return 'false' } else { return 'true' } }
print unless_else(0), unless_else(1), "\n";
sub argc { return scalar @_ }
my @empty;
print argc(), argc(1), argc(@arr, 1), argc(@empty), argc(()), argc(undef), "\n";
sub lastval { my $x = shift; if ($x) { "yes" } else { "no" } }
print lastval(1), lastval(0), "\n";
sub loopval { my @r; push @r, $_ foreach 1 .. 3; @r }
print join("", loopval()), scalar(loopval()), "\n";
my @sorted = sort by_num (10, 9, 8);
sub by_num { $a <=> $b }
print "@sorted\n";
my $by = sub { $b <=> $a };
print join(",", sort $by 1, 2, 3), "\n";
sub defaults { my ($x, $y) = @_; $y = 'def' unless defined $y; $x ||= 'zero'; return "$x $y" }
print defaults(0), " ", defaults(1, 2), "\n";
sub strict_args { die "usage\n" unless @_ == 2; return "ok" }
print eval { strict_args(1) } || "died: $@";
print strict_args(1, 2), "\n";
print "string func: ", main->can('add') ? 'can' : 'cannot', " ", main->can('nope') ? 'can' : 'cannot', "\n";
print "call by name: ", do { no strict 'refs'; &{"add"}(2, 2) }, "\n";
sub state_like { return 1 } 
{
  my $private = 0;
  sub bump { return ++$private }
}
bump();
print bump(), "\n";
use feature 'state';
sub st { state $n = 10; state @l; push @l, $n; return $n++ . scalar(@l) }
print st(), st(), "\n";
sub multi { return (wantarray ? "list" : "scalar") }
my ($ml) = multi();
my $ms = multi();
print "$ml $ms ", scalar(multi()), "\n";
print "interp call: @{[ add(1, 1) ]}\n";
sub lvl { my @c = caller(0); return $c[3] }
print lvl(), "\n";
sub proto($$) { return "$_[0]:$_[1]" }
my @two = (1, 2);
print proto(1, 2), " ", proto(@two, 5), "\n";
sub hashref { return { @_ } }
print hashref(a => 5)->{a}, "\n";
sub chained { return [map { { id => $_ } } @_] }
print chained(1, 2)->[1]{id}, "\n";
my ($x, $y, @z) = (sub { return @_ })->(1 .. 5);
print "$x $y @z\n";
sub slurp { my ($h, @r) = (shift, @_); return "$h|@r" }
print slurp(1, 2, 3), "\n";
sub cond { return $_[0] && $_[1] }
print cond(1, 'b'), " ", cond(0, 'b'), "\n";
sub orr { my $v = shift || return 'nothing'; return $v }
print orr(0), orr(5), "\n";
