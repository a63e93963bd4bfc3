# What call() gives in list and in scalar context, through sessions, nested, from _default,
# from a handler that dies and from one that was replaced while it ran.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('svc') },
    three  => sub { return (1, 2, 3) },
    none   => sub { return },
    undefd => sub { return undef },
    array  => sub { my @a = (4, 5, 6); return @a[0 .. $#a] },
    nested => sub { my @r = $_[KERNEL]->call(two => 'pair', @_[ARG0 .. $#_]); return (scalar(@r), @r) },
    swap   => sub { $_[KERNEL]->state(swap => sub { 'new' }); return 'old' },
    dies   => sub { $_[KERNEL]->sig(DIE => 'died'); die "oops\n" },
    died   => sub { out('died', $_[ARG1]{event}); $_[KERNEL]->sig_handled },
    stopme => sub { $_[KERNEL]->alias_remove('svc'); return 'stopping' },
    _default => sub { return ('dflt', $_[ARG0], scalar @{$_[ARG1]}) if $_[ARG0] !~ /^_/; return },
    _stop  => sub { out('svc _stop') },
  },
);
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('two'); $_[KERNEL]->yield('go') },
    pair   => sub { return reverse @_[ARG0 .. $#_] },
    go => sub {
      my $k = $_[KERNEL];
      for my $event (qw(three none undefd array swap swap missing)) {
        my @list = $k->call(svc => $event, 'x');
        my $scalar = $k->call(svc => $event, 'x');
        out($event, scalar(@list), "[@{[map { defined() ? $_ : 'undef' } @list]}]", $scalar);
      }
      my @r = $k->call(svc => 'nested', 'p', 'q'); out('nested', @r);
      out('dies', scalar $k->call(svc => 'dies'));
      @r = $k->call(svc => 'stopme'); out('stopme', @r);
      @r = $k->call(svc => 'three'); out('unknown', scalar(@r), $!{ESRCH} ? 'ESRCH' : 'other');
      $k->alias_remove('two');
    },
  },
);
$poe_kernel->run();
out('done');
