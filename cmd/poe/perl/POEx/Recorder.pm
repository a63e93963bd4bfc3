package POEx::Recorder;

# Writes each event that POE dispatches to a session as a line of JSON to the
# file that the environment variable POE_RECORD names, in the form that
# "poe diff" compares. Load it before the program:
#
#   POE_RECORD=chat.trace perl -MPOEx::Recorder chat.pl
#
# The file must not be there yet. Children that the program forks are not
# recorded.

use strict;
use warnings;

use Fcntl qw(O_CREAT O_EXCL O_WRONLY);
use IO::Handle ();
use JSON::PP ();
use Scalar::Util qw(blessed openhandle refaddr reftype);

our $VERSION = '1.000';

my $max_depth = 8;
my $json      = JSON::PP->new->canonical->allow_nonref->ascii;
my $process   = $$;
my $file;
my %ids;    # by address, for sessions that have just stopped

# The program is compiled when INIT runs, and POE with it.
INIT {
    my $name = delete $ENV{POE_RECORD};
    start($name) if defined $name and length $name;
}

sub start {
    my $name = shift;
    sysopen $file, $name, O_CREAT | O_EXCL | O_WRONLY or die "POEx::Recorder: $name: $!\n";
    $file->autoflush(1);
    listen_to($_) for qw(POE::Session POE::NFA);
}

# listen_to puts itself before the method by which the kernel runs handlers. A
# state machine uses it for its own transitions as well, which are no events.
sub listen_to {
    my $class = shift;
    my $run   = $class->can('_invoke_state') or return;
    no strict 'refs';
    no warnings 'redefine';
    *{"${class}::_invoke_state"} = sub {
        record(@_) if $$ == $process and caller ne 'POE::NFA';
        goto &$run;
    };
}

sub record {
    my ($to, $from, $event, $args) = @_;
    local ($@, $!, $?);
    my @args = @{ $args || [] };
    print {$file} $json->encode({
        msg   => 'dispatching',
        event => text($event),
        from  => portable($from, 0),
        to    => portable($to, 0),
        args  => [ map { portable($_, 0) } @args ],
    }), "\n";
}

# portable makes null, a string, a list, a table, a session or something opaque
# of a value.
sub portable {
    my ($value, $depth) = @_;
    return undef unless defined $value;
    return text($value) unless ref $value;
    return { opaque => 'handle' } if openhandle($value);
    if (blessed $value) {
        return $value->isa('POE::Kernel') ? { session => 0 }
             : $value->isa('POE::Session') || $value->isa('POE::NFA') ? session($value)
             :                              { opaque => ref $value };
    }
    return { opaque => 'too deep' } if $depth >= $max_depth;
    my $type = reftype $value;
    return [ map { portable($_, $depth + 1) } @$value ] if $type eq 'ARRAY';
    return { map { text($_) => portable($value->{$_}, $depth + 1) } keys %$value } if $type eq 'HASH';
    return { opaque => $type };
}

sub session {
    my $session = shift;
    my $kernel  = $POE::Kernel::poe_kernel;
    my $id      = $kernel->ID_session_to_id($session);
    unless (defined $id) {
        $id = $ids{ refaddr $session };
        return defined $id ? { session => $id } : { opaque => ref $session };
    }
    $ids{ refaddr $session } = 0 + $id;
    my @aliases = map { text($_) } $kernel->alias_list($session);
    return { session => 0 + $id, @aliases ? (aliases => \@aliases) : () };
}

# text keeps characters, and reads bytes as UTF-8 where they are.
sub text {
    my $text = "$_[0]";
    utf8::decode($text) unless utf8::is_utf8($text);
    return $text;
}

1;
