package POEx::Recorder;

# Writes each event that POE dispatches to a session as a line of JSON to the
# file that the environment variable POE_RECORD names, in the form that
# "poe diff" compares. Load it before the program:
#
#   POE_RECORD=chat.trace perl -MPOEx::Recorder chat.pl
#
# The file must not be there yet. Children that the program forks are not
# recorded.
#
# With POE_RECORD_VALUES=1 there is a line for each call of a handler or sub of the
# program as well: the types of its arguments and of what is in the heap, which
# "poe port -trace" reads.

use strict;
use warnings;

use B ();
use Cwd ();
use Fcntl qw(O_CREAT O_EXCL O_WRONLY);
use File::Basename ();
use IO::Handle ();
use JSON::PP ();
use Scalar::Util qw(blessed openhandle refaddr reftype);

our $VERSION = '1.000';

my $max_depth = 8;
my $json      = JSON::PP->new->canonical->allow_nonref->ascii;
my $process   = $$;
my $file;
my %ids;     # by address, for sessions that have just stopped
my $values;  # whether calls are recorded
my %left;    # names of subs that are not wrapped
my %wrapped; # by address, code that records its calls itself

# The program is compiled when INIT runs, and POE with it.
INIT {
    my $name = delete $ENV{POE_RECORD};
    $values = delete $ENV{POE_RECORD_VALUES};
    start($name) if defined $name and length $name;
}

sub start {
    my $name = shift;
    sysopen $file, $name, O_CREAT | O_EXCL | O_WRONLY or die "POEx::Recorder: $name: $!\n";
    $file->autoflush(1);
    listen_to($_) for qw(POE::Session POE::NFA);
    if ($values) {
        my $home = File::Basename::dirname(Cwd::abs_path($0) // '.');
        find_comparisons($0);
        wrap_subs('main::', $home, {});
        wrap_callbacks($_) for qw(POE::Component::Server::TCP POE::Component::Client::TCP);
    }
}

# listen_to puts itself before the method by which the kernel runs handlers. A
# state machine uses it for its own transitions as well, which are no events.
sub listen_to {
    my $class = shift;
    my $run   = $class->can('_invoke_state') or return;
    no strict 'refs';
    no warnings 'redefine';
    *{"${class}::_invoke_state"} = sub {
        if ($$ == $process) {
            record(@_) if caller ne 'POE::NFA';
            witness(@_) if $values;
        }
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

# witness records the call of the handler that a session or a machine has for an
# event, unless that records its calls itself.
sub witness {
    my ($to, undef, $event, $args) = @_;
    my $is_machine = $to->isa('POE::NFA');
    my $states     = $is_machine ? $to->[ POE::NFA::SELF_CURRENT() ] : $to->[ POE::Session::SE_STATES() ];
    my $handler    = $states->{$event} || $states->{_default} or return;
    my $code       = ref $handler eq 'CODE' ? $handler : $handler->[0]->can($handler->[1]);
    return if !$code or $wrapped{ refaddr $code };
    my $heap = $is_machine ? $to->[ POE::NFA::SELF_RUNSTATE() ] : $to->[ POE::Session::SE_NAMESPACE() ];
    called($code, 1, [ @{ $args || [] } ], $heap);
}

# find_comparisons finds the subs that sort calls: a wrapper cannot hand over to
# them. Nor can one be around what perl calls by itself.
sub find_comparisons {
    my $name = shift;
    %left = map { $_ => 1 } qw(DESTROY AUTOLOAD import unimport BEGIN INIT END CHECK UNITCHECK);
    open my $in, '<', $name or return;
    local $/;
    my $source = <$in>;
    $left{$1} = 1 while $source =~ /\b(?:sort|first|any|all|none|reduce)\s*\(?\s*(?:\\\s*&)?([A-Za-z_]\w*)/g;
}

# wrap_subs has the subs of the program record their calls: those of files that are
# in its directory.
sub wrap_subs {
    my ($package, $home, $seen) = @_;
    return if $seen->{$package}++ or $package =~ /^(?:main::)?(?:POEx::Recorder|B|DB|CORE)::/;
    no strict 'refs';
    no warnings 'redefine';
    for my $name (sort keys %$package) {
        if ($name =~ /::\z/) {
            wrap_subs($package eq 'main::' ? $name : $package . $name, $home, $seen) if $name ne 'main::';
            next;
        }
        my $full = $package . $name;
        next if $name !~ /^[A-Za-z_]\w*\z/ or not defined &$full;
        if ($left{$name}) {
            print {$file} $json->encode({ msg => 'unobserved', sub => $full }), "\n";
            next;
        }
        my $code = \&$full;
        next if defined prototype $code or not is_ours($code, $home, $full);
        my $wrapper = wrapper($code);
        *{$full} = $wrapper;
    }
}

sub is_ours {
    my ($code, $home, $full) = @_;
    my $start = B::svref_2object($code)->START;
    return unless $start->isa('B::COP') or $start->can('file');
    return if sub_name($code) ne $full; # imported
    my $file = Cwd::abs_path($start->file);
    return defined $file && index($file, "$home/") == 0;
}

sub wrapper {
    my $code = shift;
    my $wrapper = sub {
        if ($$ == $process) {
            my $kernel = $_[ POE::Session::KERNEL() ];
            my $is_handler = blessed $kernel && $kernel->isa('POE::Kernel') && @_ >= POE::Session::ARG0();
            $is_handler
                ? called($code, 1, [ @_[ POE::Session::ARG0() .. $#_ ] ], $_[ POE::Session::HEAP() ])
                : called($code, 0, [@_]);
        }
        goto &$code;
    };
    $wrapped{ refaddr $wrapper } = $wrapper; # kept, so that the address is no other's
    return $wrapper;
}

# wrap_callbacks has a component's callbacks record their calls.
sub wrap_callbacks {
    my $class = shift;
    my $new   = $class->can('new') or return;
    no strict 'refs';
    no warnings 'redefine';
    *{"${class}::new"} = sub {
        my @args = @_;
        for my $value (@args[ grep { $_ % 2 == 0 && $_ } 0 .. $#args ]) {
            $value = wrapper($value) if ref $value eq 'CODE' and not $wrapped{ refaddr $value };
        }
        @_ = @args;
        goto &$new;
    };
}

sub sub_name {
    my $glob = B::svref_2object(shift)->GV;
    return $glob->isa('B::SPECIAL') ? '' : $glob->STASH->NAME . '::' . $glob->NAME;
}

sub called {
    my ($code, $is_handler, $args, $heap) = @_;
    local ($@, $!, $?);
    my $start = B::svref_2object($code)->START;
    return unless $start->can('line');
    print {$file} $json->encode({
        msg     => 'called',
        sub     => sub_name($code),
        file    => $start->file,
        first   => 0 + $start->line,
        handler => $is_handler ? JSON::PP::true() : JSON::PP::false(),
        args    => [ map { kind(\$_) } @$args ],
        $is_handler && ref $heap && reftype $heap eq 'HASH' ? (heap => { map { text($_) => kind(\$heap->{$_}) } keys %$heap }) : (),
    }), "\n";
}

# kind names the type of a scalar.
sub kind {
    my $scalar = shift;
    return 'undef' unless defined $$scalar;
    if (ref $$scalar) {
        return 'object ' . ref $$scalar if blessed $$scalar;
        my $type = reftype $$scalar;
        return $type eq 'ARRAY' ? 'list' : $type eq 'HASH' ? 'table' : $type eq 'CODE' ? 'code' : $type eq 'GLOB' ? 'handle' : 'reference';
    }
    return 'handle' if ref $scalar eq 'GLOB';
    my $flags = B::svref_2object($scalar)->FLAGS;
    return $flags & B::SVf_POK ? 'text' : $flags & B::SVf_IOK ? 'integer' : $flags & B::SVf_NOK ? 'number' : 'text';
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
