#!/usr/bin/perl
# A POE program that speaks through POE::Filter::Reference on stdin and stdout.
#
#   reference.pl SERIALIZER COMPRESSION
#
# It greets with a structure of its own. For every reference that comes it puts
# two: [ the reference ], and [ what Data::Dumper shows of it ]. It ends with
# its input.

use strict;
use warnings;
use Data::Dumper;
use POE qw(Wheel::ReadWrite Filter::Reference);

my ($name, $compression) = @ARGV;

# Serializers as POE wants them, of modules that have other names for it.
package Via::JSON {
    sub freeze { JSON::PP->new->utf8->encode($_[1]) }
    sub thaw   { JSON::PP->new->utf8->decode($_[1]) }
}

package Via::MessagePack {
    sub freeze { Data::MessagePack->new->utf8->pack($_[1]) }
    sub thaw   { Data::MessagePack->new->utf8->unpack($_[1]) }
}

package Via::Sereal {
    # Version 5 of the protocol is newer than what Go's package reads.
    sub freeze { Sereal::Encoder->new({ protocol_version => 4 })->encode($_[1]) }
    sub thaw   { Sereal::Decoder->new->decode($_[1]) }
}

package main;

my %serializers = (
    Storable    => sub { 'Storable' },
    JSON        => sub { require JSON::PP; bless {}, 'Via::JSON' },
    MessagePack => sub { require Data::MessagePack; bless {}, 'Via::MessagePack' },
    Sereal      => sub { require Sereal::Encoder; require Sereal::Decoder; bless {}, 'Via::Sereal' },
);

sub dump_of {
    local $Data::Dumper::Indent   = 0;
    local $Data::Dumper::Terse    = 1;
    local $Data::Dumper::Sortkeys = 1;
    local $Data::Dumper::Useqq    = 1;
    my $text = Dumper(shift);
    utf8::upgrade($text);    # Sereal tells text from bytes by this
    return $text;
}

my $serializer = $serializers{$name}->();
POE::Session->create(
    inline_states => {
        _start => sub {
            $_[HEAP]{wheel} = POE::Wheel::ReadWrite->new(
                InputHandle  => \*STDIN,
                OutputHandle => \*STDOUT,
                Filter       => POE::Filter::Reference->new(
                    Serializer  => $serializer,
                    Compression => $compression,
                ),
                InputEvent   => 'input',
                FlushedEvent => 'flushed',
                ErrorEvent   => 'ended',
            );
            $_[HEAP]{wheel}->put(
                { nested => { list => [ 1, { deep => [ 2, [ "\x{263a}", undef ] ] } ] }, empty => [ [], {} ] });
        },
        input => sub {
            my ($heap, $reference) = @_[HEAP, ARG0];
            $heap->{wheel}->put([$reference]);
            $heap->{wheel}->put([ dump_of($reference) ]);
        },
        ended => sub {
            $_[HEAP]{ended} = 1;
            delete $_[HEAP]{wheel} unless $_[HEAP]{wheel}->get_driver_out_octets();
        },
        flushed => sub { delete $_[HEAP]{wheel} if $_[HEAP]{ended} },
    },
);
POE::Kernel->run;
