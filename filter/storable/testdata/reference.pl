#!/usr/bin/perl
# A POE program that speaks through POE::Filter::Reference with a peer.
#
#   reference.pl PORT COMPRESSION COUNT
#
# It connects to 127.0.0.1:PORT and takes part in a conversation of frames,
# each a decimal length, a NUL and what Storable has frozen (compressed with
# zlib if COMPRESSION is 1):
#
#   1. It sends a greeting with the structures that it has built itself.
#   2. COUNT times the peer sends a reference; Perl answers with
#      { n => which one, dump => what Data::Dumper shows, echo => the reference }.
#   3. It closes the connection.

use strict;
use warnings;
use Data::Dumper;
use POE qw(Wheel::SocketFactory Wheel::ReadWrite Driver::SysRW Filter::Reference);

my ($port, $compression, $count) = @ARGV;
my $seen = 0;

sub greeting {
    my $shared = { name => "shared" };
    my $cycle  = { name => "cycle" };
    $cycle->{self} = $cycle;
    return {
        numbers => [0, -1, 70_000, 2**40, 0.5],
        strings => ["", "plain", "\x{263a}", "\xff\0\n"],
        nested  => { a => [1, { b => [2, { c => undef }] }] },
        twice   => [$shared, $shared],
        cycle   => $cycle,
        object  => bless({ balance => 42, tags => [qw(x y)] }, "Bank::Account"),
        scalar  => \"referred to",
        pattern => qr/^a+$/i,
    };
}

sub dump_of {
    local $Data::Dumper::Indent   = 0;
    local $Data::Dumper::Terse    = 1;
    local $Data::Dumper::Sortkeys = 1;
    local $Data::Dumper::Useqq    = 1;
    return Dumper(shift);
}

POE::Session->create(
    inline_states => {
        _start => sub {
            $_[HEAP]{factory} = POE::Wheel::SocketFactory->new(
                RemoteAddress => '127.0.0.1',
                RemotePort    => $port,
                SuccessEvent  => 'connected',
                FailureEvent  => 'failed',
            );
        },
        connected => sub {
            my ($heap, $socket) = @_[HEAP, ARG0];
            delete $heap->{factory};
            $heap->{wheel} = POE::Wheel::ReadWrite->new(
                Handle       => $socket,
                Driver       => POE::Driver::SysRW->new,
                Filter       => POE::Filter::Reference->new(
                    Compression => $compression,
                ),
                InputEvent   => 'input',
                FlushedEvent => 'flushed',
                ErrorEvent   => 'failed',
            );
            $heap->{wheel}->put(greeting());
        },
        input => sub {
            my ($heap, $reference) = @_[HEAP, ARG0];
            $heap->{wheel}->put(
                { n => ++$seen, dump => dump_of($reference), echo => $reference });
        },
        flushed => sub {
            delete $_[HEAP]{wheel} if $seen == $count;
        },
        failed => sub {
            my ($heap, $operation, $errno, $error) = @_[HEAP, ARG0 .. ARG2];
            die "$operation: $error after $seen of $count\n";
        },
    },
);
POE::Kernel->run;
