# Two sessions count down together; testdata and poe_test.go have the same.
use strict;
use warnings;
use POE;

my $from = shift // 3;

POE::Session->create(
    inline_states => {
        _start => sub { $_[KERNEL]->alias_set('teller') },
        tell   => sub {
            my ($kernel, $n, $how) = @_[KERNEL, ARG0, ARG1];
            return "told $n" if $kernel->call($_[SESSION], 'note', { n => $n, all => [1 .. $n] }, $how);
        },
        note => sub { 1 },
    },
);
POE::Session->create(
    inline_states => {
        _start => sub { $_[KERNEL]->yield(count => $from) },
        count  => sub {
            my ($kernel, $n) = @_[KERNEL, ARG0];
            $kernel->post(teller => tell => $n, "\xc3\xa4\0", undef, \*STDOUT);
            return $kernel->yield(count => $n - 1) if $n > 1;
            $kernel->delay(late => 0.01, 0.25);
        },
        late => sub { },
    },
);
POE::Kernel->run;
