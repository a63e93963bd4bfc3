# A tree of three generations taken apart: a grandchild is nobody's to detach but its
# parent's, a detached child's own children stay its own, and the end comes in order.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; ref $s ? ($s == $poe_kernel ? 'kernel' : $s->get_heap->{name}) : $s }
sub how { my ($ok) = @_; $ok ? 'yes' : $!{EPERM} ? 'EPERM' : $!{ESRCH} ? 'ESRCH' : "other" }

my %of;
sub common {
  my $name = shift;
  return (
    _child  => sub { out("$name _child", $_[ARG0], who($_[ARG1]), $_[ARG2]) },
    _parent => sub { out("$name _parent", who($_[ARG0]), who($_[ARG1])) },
    _stop   => sub { out("$name _stop"); "$name value" },
    quit    => sub { out("$name quit"); $_[KERNEL]->alias_remove($name) },
  );
}
sub make {
  my ($name, @more) = @_;
  POE::Session->create(heap => { name => $name }, inline_states => {
    common($name),
    _start => sub { $of{$name} = $_[SESSION]; $_[KERNEL]->alias_set($name); make(@more) if @more; "$name here" },
  });
}
POE::Session->create(heap => { name => 'top' }, inline_states => {
  common('top'),
  _start => sub { $of{top} = $_[SESSION]; $_[KERNEL]->alias_set('top'); make('mid', 'low'); make('other'); $_[KERNEL]->yield('go') },
  go => sub {
    my $k = $_[KERNEL];
    out('grandchild', how(scalar $k->detach_child($of{low})));
    out('kernel', how(scalar $k->detach_child($poe_kernel)));
    out('by alias', how(scalar $k->detach_child('mid')));
    out('again', how(scalar $k->detach_child('mid')));
    out('nobody', how(scalar $k->detach_child('nobody')));
    $k->post(low => 'quit'); $k->post(top => 'quit'); $k->yield('watch', 3);
  },
  watch => sub { $_[ARG0] ? $_[KERNEL]->yield(watch => $_[ARG0] - 1) : do { out('watch'); $_[KERNEL]->post(mid => 'quit'); $_[KERNEL]->post(other => 'quit') } },
});
$poe_kernel->run();
out('done');
