# What handlers and subs do with @_, $@ and control flow in expressions.
use strict;
use warnings;
use POE;
use Scalar::Util qw(blessed reftype);

package Failure;
sub new { my ($class, %fields) = @_; return bless {%fields}, $class }
sub type { $_[0]{type} }

package main;

my @todo = (3, 1);

sub parts {
    my $self = shift;
    my %part = %$self{qw(a c)};
    return join ',', map { "$_=$part{$_}" } sort keys %part;
}
print parts({ a => 1, b => 2, c => 3 }), "\n";

my $e = Failure->new(type => 'funds');
print "a failure: ", $e->type, "\n" if blessed $e && $e->isa('Failure');
print "a hash\n" if reftype $e eq 'HASH';
for my $x (undef, 'text', [], $e) {
    print blessed $x || 'none', ' ';
}
print "\n";

for my $line ('a=1', 'b', 'c=2', 'stop', 'd=3') {
    my ($key, $value) = split /=/, $line;
    last if $key eq 'stop';
    my $n = $value || do { print "$key has none\n"; next };
    my $found = { c => 'see' }->{$key} // do {
        print "$key is new\n";
        next;
    };
    my $sum = 2 * ({ c => 4 }->{$key} || do { print "not reached\n"; next }) + $n;
    print "$key $n $found $sum\n";
}

sub first_even {
    my @list = @_;
    my $even = (grep { $_ % 2 == 0 } @list)[0] || do { return 'none' };
    return "even $even";
}
print first_even(1, 4), ' ', first_even(3), "\n";

POE::Session->create(
    inline_states => {
        _start => sub {
            $_[HEAP] = $_[ARG0];
            $_[KERNEL]->yield('show');
        },
        show => sub {
            print "heap $_[HEAP]\n";
            $_[HEAP] .= ' and more';
            $_[KERNEL]->yield('again');
        },
        again => sub {
            print "heap $_[HEAP]\n";
            $_[HEAP] = { n => 1 };
            $_[KERNEL]->yield('fail');
        },
        fail => sub {
            print "n $_[HEAP]{n}\n";
            eval { die "failed\n" };
            print "error $@";
            $_[KERNEL]->yield('look');
        },
        look => sub {
            my ($kernel, $heap) = @_[KERNEL, HEAP];
            print 'error is ', $@ eq '' ? 'gone' : "still $@", "\n";
            eval { die "again\n" };
            $kernel->call($_[SESSION], 'nothing');
            print 'error is ', $@ eq '' ? 'gone' : "still $@", "\n";
            my @list = $_[SESSION]->callback('nothing', 1)->(2);
            print scalar(@list), " from a callback\n";
            $kernel->call('other', 'nothing');
            print 'error is ', $@ eq '' ? 'gone' : "still $@", "\n";
            $kernel->post(other => 'end');
        },
        nothing => sub { return },
    },
    args => ['text'],
);

POE::Session->create(
    inline_states => {
        _start => sub { my $kernel = $_[KERNEL]; $kernel->alias_set('other'); shift @_ for 1 .. 3; $_[0] = 'shifted'; $kernel->yield('show') },
        show    => sub { print "heap $_[HEAP]\n" },
        nothing => sub { return },
        end     => sub { $_[KERNEL]->alias_remove('other') },
    },
);
POE::Kernel->run;
