# While an unhandled exception stops all sessions, a session that is born in another's _stop throws
# in its _start: DIE comes to it, and if it is not handled run() dies with that exception, which
# tells of the first one.  What it throws in a later event is lost: after that event all is over.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

for my $case ('throws', 'watches', 'handles', 'throws later') {
  out("-- $case");
  POE::Session->create(inline_states => {
    _start => sub { $_[KERNEL]->alias_set('bystander'); return },
    _child => sub { out('bystander _child', $_[ARG0]) },
    _stop  => sub {
      out('bystander _stop');
      POE::Session->create(inline_states => {
        _start => sub {
          out('newborn _start');
          $_[KERNEL]->alias_set('newborn');
          $_[KERNEL]->sig(DIE => 'died') if $case =~ /watches|handles/;
          if ($case eq 'throws later') { $_[KERNEL]->yield('late'); return }
          die "second\n";
        },
        late  => sub { out('newborn late'); die "second\n" },
        died  => sub { out('newborn DIE', $_[ARG1]{error_str} =~ /(\w+)/); $_[KERNEL]->sig_handled if $case eq 'handles'; return },
        _stop => sub { out('newborn _stop'); return },
      });
      return;
    },
  });
  POE::Session->create(inline_states => {
    _start => sub { $_[KERNEL]->yield('go'); return },
    go     => sub { die "first\n" },
    _stop  => sub { out('thrower _stop'); return },
  });
  my $ok = eval { $poe_kernel->run(); 1 };
  out('run', $ok ? 'returned' : 'died ' . join ' | ', split /\n/, $@);
}
