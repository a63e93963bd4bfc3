use strict;
use warnings;
use Test::More tests => 33;
# What Test::More prints, to both streams.
sub value { return 7 }
ok(1, 'true');
ok(0, 'false');
ok(value());
ok !value(), 'without parentheses';
is(value(), 7, 'seven');
is(undef, undef, 'undef');
is(undef, '', 'undef is not empty');
is('a', "b\n");
isnt(1, 2, 'differ');
isnt(1, 1, 'alike');
like("some text", qr/te.t/, 'matches');
like("some text", qr/none/i, 'does not');
unlike("some text", qr/none/, 'no match');
cmp_ok(3, '<', 4, 'less');
cmp_ok(5, '<', 4, 'not less');
cmp_ok('a', 'eq', 'a', 'equal');
is_deeply([1, { a => [2, undef] }], [1, { a => [2, undef] }], 'deep');
is_deeply([1, { a => [2, 3] }], [1, { a => [2, 4] }], 'deep difference');
is_deeply({ a => 1, b => 2 }, { a => 1 }, 'missing key');
is_deeply([1, 2], [1, 2, 3], 'shorter');
is_deeply('x', 'y', 'scalars');
pass('passed');
fail('failed');
my $object = bless {}, 'Own';
isa_ok($object, 'Own');
isa_ok([], 'ARRAY');
isa_ok($object, 'Other');
isa_ok('Own', 'Other');
isa_ok(undef, 'Own');
isa_ok([], 'Own', 'named');
can_ok($object, 'method');
can_ok('Own', 'method', 'none');
diag("a diagnostic\nin two lines");
note('a note');
SKIP: {
  skip('not here', 2) unless value() == 8;
  ok(0, 'never');
  ok(0, 'never');
}
subtest 'inner' => sub {
  plan tests => 2;
  ok(1, 'one');
  ok(1, 'two');
};
subtest 'without a plan' => sub { ok(1, 'x') };
ok(1, 'name # with a sign');
print "# ", (ok(1) ? 'returns true' : 'returns false'), "\n";

package Own;
sub method { 1 }
