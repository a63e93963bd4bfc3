package port

// examples are programs of Perl, one for each code, in which it is met.
var examples = map[string]string{
	"P0001": "format STDOUT =\n@<<\n$x\n.",
	"P0101": "while (<STDIN>) { my $in = /begin/ .. /end/; print if $in }",
	"P0102": "my $n = sort 3, 1;",
	"P0103": "my @l = (1, return 2);",
	"P0104": "my $x = 1 + (local $/ = undef);",
	"P0106": "print $^X;",
	"P0107": "use Text::Wrap; $Text::Wrap::columns = 20;",
	"P0109": "my $n = 'x'; my @l = @{\"list_$n\"};",
	"P0110": "my $code = *STDOUT{IO}; print *{\"x\"};",
	"P0115": "my $p = \\($c ? $x : $y) and ($c ? $x : $y) =~ s/a/b/;",
	"P0116": "length($x) = 3;",
	"P0117": "$; = '|';",
	"P0118": "use feature 'state'; print 1 + (state $n = 5);",
	"P0119": "use feature 'state'; state @list = (1, 2);",
	"P0120": "my @l = (1); @l += 2;",
	"P0121": "sub f { return sort @_ }",
	"P0201": "{ local $x = 1; last if $x; }",
	"P0204": "do { last if $x } while ($y);",
	"P0205": "for $/ (1, 2) { print }",
	"P0206": "our $i; for $i (@list) { $i++ }",
	"P0207": "for my $x (1, 2) { eval { redo } }",
	"P0208": "for my $x (1, 2) { my $f = sub { last } }",
	"P0301": "sub f { 1 } sub f { 2 }",
	"P0302": "for my $x ($c ? @list : 1) { $x++ }",
	"P0303": "sub f { my $x = do { return 5 if $y; 1 } }",
	"P0304": "*name = \\$x;",
	"P0306": "local $_[0] = 1;",
	"P0308": "sub f { $_[0] = 1 } f(@list, $x);",
	"P0401": "/a(?{ print 'b' })/;",
	"P0402": "print 'x' if f() =~ /a/g; sub f { 'a' }",
	"P0403": "my @l = map { s/a/b/; $_ } f(); sub f { @_ }",
	"P0404": "my @l = sort by_name 1, 2;",
	"P0500": "dump();",
	"P0501": "do 'config.pl';",
	"P0502": "tie my %h, 'DB_File', 'x';",
	"P0503": "my $pid = fork;",
	"P0504": "exists $x;",
	"P0505": "delete local $h{x};",
	"P0506": "delete $x;",
	"P0507": "undef &name; sub name { 1 }",
	"P0508": "open FILE;",
	"P0509": "select(1, 2);",
	"P0510": "goto AGAIN;",
	"P0511": "eval $text;",
	"P0513": "use POE qw(Wheel::Run); POE::Wheel::Run->new(Program => sub { print 'x' }, StdoutEvent => 'out');",
	"P0602": "package P; use overload '<>' => sub { 1 };",
	"P0603": "frobnicate($x, 1);",
	"P0604": "use List::Util 'first'; my $x = first($code, 1, 2);",
	"P0701": "sub DESTROY { print 'gone' }",
	"P0702": "sub f { return wantarray ? 1 : 2 }",
	"P0703": "eval $text;",
	"P0704": "sub handler { my $k = $_[KERNEL]; local $x = 1; }",
	"P0705": "tie my $x, 'Class';",
	"P0706": "$SIG{CHLD} = 'IGNORE';",
	"P0707": "my $pid = fork;",
	"P0708": "sleep 5;",
	"P0709": "formline('@<<', $x);",
	"P0710": "print 'x' if /a(?=b)/;",
	"P0712": "our $x = 1; my $r = \\$x; sub f { local $x = 2; g() }",
	"P0713": "use Carp; sub f { confess 'x' }",
	"P0714": "binmode STDOUT, ':encoding(UTF-8)';",
	"P0715": "print 'loaded' if $INC{'POE.pm'};",
	"P0716": "use strict; use Some::Config; print $setting;",
	"P0711": "use Scalar::Util 'weaken'; weaken($self->{parent});",
}

// rare are the codes without an example: what leads to them is caught earlier, as far as
// is known.
var rare = map[string]bool{"P0002": true, "P0100": true, "P0105": true, "P0108": true, "P0111": true, "P0113": true, "P0114": true, "P0307": true}

// Example returns a program in which a code is met; false if there is none.
func Example(code string) (string, bool) {
	text, ok := examples[code]
	return text, ok
}
