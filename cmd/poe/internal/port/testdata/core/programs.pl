# Programs of POE::Wheel::Run: a text is the shell's, with its arguments; a list is not.
use strict;
use warnings;
use POE qw(Wheel::Run);

my @programs = (
    [ Program => 'printf "%s|" a b; echo', ],
    [ Program => 'printf', ProgramArgs => [ '%s|\n', 'a  b', "'c", "d'" ] ],
    [ Program => ['printf'], ProgramArgs => [ '%s|', 'a  b', '$HOME', "\n" ] ],
    [ Program => [ 'sh', '-c', 'echo $0 $1; exit 3', 'x' ], ProgramArgs => ['y'] ],
);

POE::Session->create(
    inline_states => {
        _start => sub { $_[KERNEL]->yield('next') },
        next   => sub {
            my ($kernel, $heap) = @_[KERNEL, HEAP];
            my $options = shift @programs or return;
            $heap->{wheel} = POE::Wheel::Run->new(@$options, StdoutEvent => 'line', CloseEvent => 'closed');
            $kernel->sig_child($heap->{wheel}->PID, 'ended');
            $heap->{left} = 2;
        },
        line   => sub { print "<$_[ARG0]>\n" },
        closed => sub { $_[KERNEL]->yield('done') },
        ended  => sub {
            $_[HEAP]{status} = $_[ARG2] >> 8;
            $_[KERNEL]->yield('done');
        },
        done => sub {
            my ($kernel, $heap) = @_[KERNEL, HEAP];
            return if --$heap->{left};
            print "status $heap->{status}\n";
            delete $heap->{wheel};
            $kernel->yield('next');
        },
    },
);
POE::Kernel->run;
