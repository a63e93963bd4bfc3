# Sockets that nothing keeps are closed: at the end of the handler of a new connection,
# with a wheel, and by undef.
use strict;
use warnings;
use POE qw(Wheel::SocketFactory Wheel::ReadWrite Filter::Line);
use Socket qw(unpack_sockaddr_in AF_UNIX SOCK_STREAM PF_UNSPEC);

my $port;

POE::Session->create(
    inline_states => {
        _start => sub {
            $_[HEAP]{listen} = POE::Wheel::SocketFactory->new(
                BindAddress  => '127.0.0.1',
                BindPort     => 0,
                SuccessEvent => 'accepted',
                FailureEvent => 'failed',
            );
            ($port) = unpack_sockaddr_in($_[HEAP]{listen}->getsockname);
            client('first');
        },
        accepted => sub {
            my ($heap, $socket) = @_[HEAP, ARG0];
            print {$socket} "too busy\n" if ++$heap->{count} == 1;
            delete $heap->{listen} if $heap->{count} == 2;
        },
        failed => sub { print "failed\n" },
    },
);

sub client {
    my $name = shift;
    POE::Session->create(
        inline_states => {
            _start => sub {
                $_[HEAP]{connect} = POE::Wheel::SocketFactory->new(
                    RemoteAddress => '127.0.0.1',
                    RemotePort    => $port,
                    SuccessEvent  => 'connected',
                    FailureEvent  => 'failed',
                );
            },
            connected => sub {
                $_[HEAP]{wheel} = POE::Wheel::ReadWrite->new(
                    Handle     => $_[ARG0],
                    InputEvent => 'line',
                    ErrorEvent => 'failed',
                );
                delete $_[HEAP]{connect};
            },
            line   => sub { print "$name: $_[ARG0]\n" },
            failed => sub {
                print "$name: $_[ARG0] $_[ARG1]\n";
                delete $_[HEAP]{wheel};
                client('second') if $name eq 'first';
            },
        },
    );
}
POE::Kernel->run;

socketpair(my $near, my $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die "socketpair: $!";
POE::Session->create(
    inline_states => {
        _start => sub {
            my $heap = $_[HEAP];
            $heap->{near} = POE::Wheel::ReadWrite->new(Handle => $near, InputEvent => 'line', ErrorEvent => 'failed');
            $heap->{far}  = POE::Wheel::ReadWrite->new(Handle => $far,  InputEvent => 'line', ErrorEvent => 'failed');
            undef $near;
            undef $far;
            $heap->{near}->put('through a pair');
        },
        line => sub {
            print "$_[ARG0]\n";
            delete $_[HEAP]{far};
        },
        failed => sub {
            print "the pair: $_[ARG0] $_[ARG1]\n";
            delete $_[HEAP]{near};
        },
    },
);
POE::Kernel->run;
