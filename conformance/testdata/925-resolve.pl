# alias_resolve takes aliases, IDs and session references and knows the kernel; it leaves
# $! alone. IDs are not used again, not even after run() has returned.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

sub yes { my $s = shift; defined $s ? ref $s && $s == $poe_kernel ? 'kernel' : who($s) : 'undef' }
my @ids;
for my $round (1, 2) {
  my $old;
  my $s = POE::Session->create(
    heap => { name => "round$round" },
    inline_states => {
      _start => sub { $_[KERNEL]->alias_set('me'); push @ids, $_[SESSION]->ID; $_[KERNEL]->yield('look') },
      look   => sub {
        my $k = $_[KERNEL];
        $! = 0;
        out('alias', yes($k->alias_resolve('me')), 'id', yes($k->alias_resolve($_[SESSION]->ID)), 'ref', yes($k->alias_resolve($_[SESSION])));
        out('kernel by ref', yes($k->alias_resolve($k)), 'by id', yes($k->alias_resolve($k->ID)));
        out('unknown', yes($k->alias_resolve('nobody')), 'errno', $! + 0);
        out('id to session', yes($k->ID_id_to_session($_[SESSION]->ID)), 'no such', yes($k->ID_id_to_session(123456)));
        out('session to id', $k->ID_session_to_id($_[SESSION]) == $_[SESSION]->ID ? 'same' : 'other');
        $k->alias_remove('me');
      },
      _stop  => sub { out('_stop, id still known', yes($_[KERNEL]->ID_id_to_session($_[SESSION]->ID))) },
    },
  );
  $poe_kernel->run();
  out('after run', yes($poe_kernel->alias_resolve($ids[-1])), yes($poe_kernel->ID_id_to_session($ids[-1])));
}
out('ids', $ids[0] < $ids[1] ? 'grow' : 'repeat');
