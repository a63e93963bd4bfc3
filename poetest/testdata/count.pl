use strict;
use warnings;
use POE;

POE::Session->create(
    inline_states => {
        _start => sub { $_[KERNEL]->yield( count => $_[ARG0] ) },
        count  => sub {
            print "$_[ARG0]\n";
            $_[KERNEL]->yield( count => $_[ARG0] - 1 ) if $_[ARG0] > 0;
        },
    },
    args => [ $ARGV[0] ],
);
POE::Kernel->run;
