#!/usr/bin/perl
# The Perl side of the tests of package storable.
#
#   storable.pl fixtures   print every structure below: name/order, hex
#   storable.pl dump       read lines "name hex", print name and what Perl
#                          makes of the payload, as Data::Dumper shows it
#   storable.pl refreeze   read lines "name order hex", thaw, freeze again and
#                          print "name hex"
#
# fixtures.txt was made with:  perl storable.pl fixtures > fixtures.txt

use strict;
use warnings;
use Data::Dumper;
use Hash::Util qw(lock_hash lock_keys);
use Scalar::Util qw(weaken);
use Storable qw(freeze nfreeze thaw);

{
    package Overloaded;
    use overload '""' => sub { "I am overloaded" }, fallback => 1;

    package Hooked;
    sub STORABLE_freeze {
        my ($self, $cloning) = @_;
        return ("frozen", @{ $self->{refs} });
    }
    sub STORABLE_thaw {
        my ($self, $cloning, $frozen, @refs) = @_;
        @$self{qw(frozen refs)} = ($frozen, \@refs);
    }

    package HookedLong;
    sub STORABLE_freeze { return "F" x 300 }
    sub STORABLE_thaw {
        my ($self, $cloning, $frozen) = @_;
        if    ("$self" =~ /ARRAY/)  { @$self = $frozen }
        elsif ("$self" =~ /SCALAR/) { $$self = $frozen }
    }

    package TiedArray;  require Tie::Array;  our @ISA = 'Tie::StdArray';
    package TiedHash;   require Tie::Hash;   our @ISA = 'Tie::StdHash';
    package TiedScalar; require Tie::Scalar; our @ISA = 'Tie::StdScalar';
}

my @fixtures;
sub fixture { push @fixtures, [@_] }
sub aliases { \@_ }    # an array of the very scalars it is called with

sub build {
    fixture(array_empty => []);
    fixture(hash_empty  => {});
    fixture(undefs      => [undef, undef]);
    fixture(immortals   => aliases(undef, !!1, !!0));
    fixture(booleans    => [!!1, !!0]);
    fixture(small_ints  => [0, 1, -1, 127, -128]);
    fixture(ints => [128, -129, 70000, -70000, 2147483647, -2147483648]);
    fixture(big_ints => [2147483648, -2147483649, 1 << 40, -(1 << 40),
        9223372036854775807, -9223372036854775807 - 1]);
    fixture(unsigned => [18446744073709551615, 9223372036854775808]);
    fixture(floats   => [0.5, -1.25, 1e300, 1e-300, 0.1]);
    fixture(special_floats => [9**9**9, -9**9**9]);
    fixture(strings  => ["", "x", "hello world", "12", "a\0b"]);
    fixture(bytes    => ["\xe9", "\xff\xfe\0"]);
    fixture(text     => ["\x{263a}", "na\x{ef}ve \x{263a}", "\x{1F600}"]);
    fixture(long_strings => ["x" x 255, "x" x 256, "x" x 1000]);
    fixture(long_text    => ["\x{263a}" x 85, "\x{263a}" x 86]);
    fixture(vstring      => [v1.2.3]);
    fixture(vstring_tags => aliases(v1.2, 5, \my $v));
    fixture(nested => { list => [1, [2, [3, []]]], map => { a => { b => {} } } });
    fixture(text_keys  => { "\x{263a}" => 1, plain => 2 });
    my $latin = "\xe9"; utf8::upgrade($latin);
    fixture(latin_text_key => { $latin => 1 });
    fixture(byte_key       => { "\xe9" => 1 });
    fixture(empty_key      => { "" => 1 });
    { my @sparse; $sparse[3] = 1; fixture(sparse => \@sparse) }

    fixture(root_scalar  => \"x");
    fixture(root_undef   => \undef);
    fixture(root_ref     => \\"x");
    fixture(root_refs    => \\\[1]);
    fixture(scalar_refs  => [\1, \"s", \undef, \\2, \[3]]);
    { my $s = 5; fixture(shared_scalar => [\$s, \$s]) }
    { my $s = 5; fixture(aliased => aliases($s, $s)) }
    { my @a = (7); push @a, \$a[0]; fixture(ref_to_element => \@a) }
    { my $self; $self = \$self; fixture(self_ref => $self) }
    { my $self = \my $inner; $inner = $self; bless $self, 'Self';
      fixture(self_ref_blessed => $self) }
    { my @a = (1); fixture(shared_array => [\@a, \@a]) }
    { my $h = { x => 1 }; fixture(shared_hash => { a => $h, b => $h }) }
    { my $e = []; fixture(shared_empty => [$e, $e]) }
    { my $h = {}; $h->{me} = $h; fixture(cycle_hash => $h) }
    { my $a = [1]; push @$a, $a; fixture(cycle_array => $a) }
    { my $p = { name => 'parent' }; my $c = { name => 'child', up => $p };
      $p->{down} = [$c]; weaken $c->{up}; fixture(cycle_weak => $p) }
    { my $n = bless { name => 'a' }, 'Node';
      $n->{next} = bless { name => 'b', next => $n }, 'Node';
      fixture(cycle_blessed => $n) }

    fixture(blessed => [bless([1], 'Foo'), bless({ a => 1 }, 'Foo::Bar'),
        bless(\(my $s = "v"), 'Baz'), bless(\\"deep", 'Baz')]);
    fixture(blessed_root  => bless { a => 1 }, 'Root');
    fixture(blessed_long  => [map { bless [], 'C' x $_ } 127, 128, 300, 300]);
    fixture(blessed_many  => [map { bless [], "C" . $_ % 140 } 0 .. 299]);
    { my @e = (1); bless \$e[0], 'Elem'; fixture(blessed_element => \@e) }
    { my @e = (1); bless \$e[0], 'Elem'; push @e, \$e[0];
      fixture(blessed_element_ref => \@e) }
    { my $o = bless [], 'Shared'; fixture(blessed_shared => [$o, $o]) }
    fixture(overloaded => [bless({}, 'Overloaded')]);
    { my $o = bless {}, 'Overloaded'; my $a = [$o, $o]; weaken $a->[0];
      fixture(overloaded_weak => $a) }

    fixture(regexp => [qr/a.b/i, qr/x/, qr/${\("y" x 300)}/]);
    my $wide = "\x{263a}";
    fixture(regexp_text    => [qr/$wide+/]);
    fixture(regexp_blessed => bless qr/x/, 'MyRegexp');
    fixture(regexp_scalar  => [${ qr/x/ }]);
    fixture(code => [sub { 42 }]);
    fixture(code_shared => do { my $c = sub { 42 }; my $t = [9]; [$c, $c, $t, $t] });

    fixture(hook => [bless { refs => [] }, 'Hooked']);
    { my $later = [3]; my $o = bless {}, 'Hooked';
      $o->{refs} = [[1, 2], { self => $o }, $later];
      fixture(hook_refs => [$o, $later, $o]) }
    fixture(hook_kinds => [bless([], 'HookedLong'), bless(\(my $z = 1), 'HookedLong'),
        bless({}, 'HookedLong')]);
    { tie my %h, 'TiedHash'; fixture(hook_tied => bless \%h, 'HookedLong') }
    { my $o = bless {}, 'Hooked'; $o->{refs} = [map { [$_] } 1 .. 300];
      fixture(hook_long_list => $o) }

    { tie my @a, 'TiedArray';  @a = (1, 2);  fixture(tied_array => \@a);
      fixture(tied_element => \$a[1]) }
    { tie my %h, 'TiedHash';   %h = (k => 1); fixture(tied_hash => \%h);
      fixture(tied_value => \$h{k}) }
    { tie my $s, 'TiedScalar'; $s = 5; fixture(tied_scalar => \$s);
      fixture(tied_scalar_element => aliases($s)) }

    { my %h = (a => 1, b => 2); lock_keys(%h, qw(a b c)); fixture(restricted => \%h) }
    { my %h = (a => 1, "\x{263a}" => [2]); lock_hash(%h); fixture(locked => \%h) }
}

sub dump_of {
    my $value = shift;
    local $Data::Dumper::Indent   = 0;
    local $Data::Dumper::Terse    = 1;
    local $Data::Dumper::Sortkeys = 1;
    local $Data::Dumper::Useqq    = 1;
    return Dumper($value);
}

binmode STDOUT, ':raw';
my $mode = shift // '';
no warnings 'once';
$Storable::canonical = $Storable::Deparse = $Storable::Eval = 1;

if ($mode eq 'fixtures') {
    build();
    for (@fixtures) {
        my ($name, $value) = @$_;
        print "$name/network ", unpack("H*", nfreeze($value)), "\n";
        print "$name/native ",  unpack("H*", freeze($value)),  "\n";
    }
}
elsif ($mode eq 'dump') {
    while (<STDIN>) {
        my ($name, $hex) = split;
        my $value = eval { thaw(pack "H*", $hex) };
        print "$name ", defined $value ? dump_of($value) : "ERROR $@", "\n";
    }
}
elsif ($mode eq 'refreeze') {
    while (<STDIN>) {
        my ($name, $order, $hex) = split;
        my $value = eval { thaw(pack "H*", $hex) } or die "$name: $@";
        my $again = $order eq 'native' ? freeze($value) : nfreeze($value);
        print "$name ", unpack("H*", $again), "\n";
    }
}
else {
    die "usage: $0 fixtures|dump|refreeze\n";
}
