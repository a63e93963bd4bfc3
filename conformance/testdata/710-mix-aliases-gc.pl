# Several aliases, and what still holds a session when they go: a queued event from it to
# another, a child, a pending signal; a name that moves to another session in between.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

POE::Session->create(inline_states => {
  _start => sub {
    my ($k, $s) = @_[KERNEL, SESSION];
    out('set', $k->alias_set('one'), $k->alias_set('two'), $k->alias_set('one'));
    out('list', $k->alias_list);
    $k->yield('go');
  },
  go => sub {
    my ($k, $s) = @_[KERNEL, SESSION];
    my $remove = $k->alias_remove('one');
    out('removed', $remove, 'left', $k->alias_list($s));
    my $other = POE::Session->create(inline_states => {
      _start => sub { out('other', $_[KERNEL]->alias_set('one'), 0 + $_[KERNEL]->alias_set('two'), $_[KERNEL]->alias_list) },
      hello  => sub { out('other hello', $_[ARG0], $_[SENDER] == $_[KERNEL]->alias_resolve('two') ? 'from two' : 'from elsewhere'); $_[KERNEL]->yield('bye') },
      bye    => sub { out('other bye'); $_[KERNEL]->alias_remove('one') },
      _stop  => sub { out('other _stop') },
    });
    $k->post(one => 'hello', 1);
    $k->post(two => 'hello', 2);
    $k->post(three => 'hello', 3) or out('three', $!{ESRCH} ? 'ESRCH' : 'other');
  },
  hello => sub {
    my ($k, $s) = @_[KERNEL, SESSION];
    out('hello', $_[ARG0]);
    out('gone', $k->alias_remove('two'), scalar(my @l = $k->alias_list));
    out('twice', 0 + $k->alias_remove('two') ? 'error' : 'fine');
    out('resolve', defined $k->alias_resolve('two') ? 'there' : 'undef', defined $k->alias_resolve('one') ? 'there' : 'undef');
  },
  _child => sub { out('_child', $_[ARG0]); },
  _stop => sub { out('_stop', $_[KERNEL]->alias_list) },
});
$poe_kernel->run();
out('done');
