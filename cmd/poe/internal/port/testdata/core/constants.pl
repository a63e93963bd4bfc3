use strict;
use warnings;

# POE's constants, as a package names them that has not imported them.
package Counter;
use POE;

sub new { return bless { count => 0 }, shift }

sub begin {
    my ($self, $kernel) = @_[main::OBJECT, main::KERNEL];
    $kernel->yield('count', 2);
}

sub count {
    my ($self, $heap, $step) = @_[main::OBJECT, main::HEAP, main::ARG0];
    $self->{count} += $step;
    print "$heap->{name} $self->{count} in $_[main::STATE]\n";
    $_[main::KERNEL]->yield('count', $step) if $self->{count} < 6;
}

package main;
use POE;

POE::Session->create(
    object_states => [ Counter->new => { _start => 'begin', count => 'count' } ],
    heap          => { name => 'counter' },
);
POE::Kernel->run;
