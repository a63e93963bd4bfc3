use strict;
use warnings;

package Animal;
our $count = 0;
sub new { my ($class, %a) = @_; my $self = { name => $a{name} || 'x', sound => 'generic' }; $count++; return bless $self, $class }
sub name { my $self = shift; $self->{name} = shift if @_; return $self->{name} }
sub speak { my $self = shift; return sprintf "%s says %s", $self->name, $self->sound }
sub sound { return $_[0]->{sound} }
sub class { my $self = shift; return ref($self) || $self }
sub DESTROY { my $self = shift; print "destroy $self->{name}\n" if $self->{noisy} }

package Dog;
our @ISA = ('Animal');
sub new { my ($class, %a) = @_; my $self = $class->SUPER::new(%a); $self->{tricks} = []; return $self }
sub sound { 'Woof' }
sub add { my ($self, @t) = @_; push @{ $self->{tricks} }, @t; return $self }
sub tricks { @{ $_[0]{tricks} } }

package Counter;
my $instances = 0;
sub new { my $class = shift; my $n = 0; $instances++; return bless \$n, $class }
sub inc { my $self = shift; $$self++; return $self }
sub value { ${ $_[0] } }
sub instances { $instances }

package Stack;
sub new { bless [], shift }
sub push { my $self = shift; push @$self, @_; $self }
sub pop { my $self = shift; return pop @$self }
sub size { scalar @{ +shift } }
sub peek { $_[0][-1] }

package Auto;
our $AUTOLOAD;
sub new { bless { color => 'red' }, shift }
sub AUTOLOAD {
  my $self = shift;
  my $n = $AUTOLOAD;
  $n =~ s/.*:://;
  return if $n eq 'DESTROY';
  die "no method $n\n" unless exists $self->{$n};
  $self->{$n} = shift if @_;
  return $self->{$n};
}

package Point;
use overload '+' => \&plus, '-' => sub { Point->new($_[0]{x} - $_[1]{x}, $_[0]{y} - $_[1]{y}) }, '""' => \&str, '==' => sub { $_[0]{x} == $_[1]{x} && $_[0]{y} == $_[1]{y} }, 'bool' => sub { 1 };
sub new { my ($c, $x, $y) = @_; return bless { x => $x, y => $y }, $c }
sub plus { my ($a, $b) = @_; return Point->new($a->{x} + (ref $b ? $b->{x} : $b), $a->{y} + (ref $b ? $b->{y} : $b)) }
sub str { my $s = shift; return "($s->{x}, $s->{y})" }

package main;

my $d = Dog->new(name => 'Rex');
print $d->speak, "\n";
print $d->add('sit')->add('roll', 'beg')->name('Max'), "\n";
print join(",", $d->tricks), " ", scalar($d->tricks), "\n";
print ref $d, " ", $d->isa('Animal') ? 1 : 0, " ", Dog->isa('Animal') ? 1 : 0, " ", $d->can('speak') ? 1 : 0, " ", $d->can('fly') ? 1 : 0, "\n";
print Dog->class, " ", $d->class, " $Animal::count\n";
my $m = "speak";
print $d->$m, "\n";
my $class = "Animal";
print $class->new(name => 'dyn')->speak, "\n";
my $cr = $d->can('name');
print $d->$cr(), " ", $cr->($d), "\n";
my $c = Counter->new;
$c->inc->inc;
print $c->value, " ", Counter->instances, " ", Counter::instances(), "\n";
my $st = Stack->new;
$st->push(1, 2, 3);
print $st->pop, $st->size, $st->peek, "\n";
my $au = Auto->new;
print $au->color, "\n";
$au->color('blue');
print $au->color, "\n";
print eval { $au->nothing; 1 } ? "ok" : "err: $@";
my $p = Point->new(1, 2) + Point->new(3, 4);
print "$p ", $p + 1, " ", Point->new(5, 5) - Point->new(1, 1), "\n";
print "equal\n" if Point->new(1, 1) == Point->new(1, 1);
print "obj: ", "$d" =~ /^Dog=HASH\(0x[0-9a-f]+\)$/ ? "ok" : "no", "\n";
eval { Dog->nomethod };
print $@;
eval { my $u; $u->foo };
print $@;
eval { my $u = 'NoClass'; $u->foo };
print $@;
eval { my $u = {}; $u->foo };
print $@;
print Animal->can('new') == \&Animal::new ? "same\n" : "other\n";
print UNIVERSAL::isa($d, 'HASH') ? 1 : 0, UNIVERSAL::isa([], 'ARRAY') ? 1 : 0, "\n";
package Base; sub hello { my $self = shift; return "hello from " . __PACKAGE__ . " to " . ref($self) } sub new { my $proto = shift; my $class = ref($proto) || $proto; return bless {@_}, $class }
package Derived; use parent -norequire, 'Base'; sub hello { my $self = shift; return "derived, " . $self->SUPER::hello() }
package main;
my $dd = Derived->new(a => 1);
print $dd->hello, "\n";
my $clone = $dd->new(b => 2);
print ref $clone, " ", join(",", sort keys %$clone), "\n";
my $meth = Derived->can('hello');
print $meth->($dd), "\n";
print Derived::->new->isa('Base'), "\n";
my $indirect = new Derived(z => 1);
print $indirect->{z}, "\n";
for my $obj (Dog->new(name => 'a'), Animal->new(name => 'b')) { print $obj->speak, ";" }
print "\n";
{ no strict 'refs'; for my $f (qw(alpha beta)) { *{"Gen::$f"} = sub { return "$f:" . ($_[1] // '') } } }
print Gen->alpha(1), " ", Gen->beta(2), "\n";
package Singleton; my $inst; sub instance { $inst ||= bless { n => 0 }, shift; return $inst } sub next { return ++$_[0]{n} }
package main;
Singleton->instance->next;
print Singleton->instance->next, "\n";
print "done\n";
