# The session option "trace" reports each event before its handler runs, under its own name:
# call()s to the own session as well, events that nothing handles, and those whose handler dies
# or switches the option off.  An event that goes to _default is reported twice.
# Doc: POE::Session "option", 'The "trace" option.'
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
$SIG{__WARN__} = sub {
  my $w = shift;
  $w =~ s/^=== \d+ === //mg; $w =~ s/ \(from \S+ at \d+\)//; $w =~ s/^\d+/N/;
  chomp $w; out("warning: $w");
};
sub traced {
  my ($name, %more) = @_;
  POE::Session->create(
    options => { trace => 1 },
    inline_states => {
      _start => sub { out("$name starts"); $_[KERNEL]->sig(DIE => 'died'); $_[KERNEL]->yield('outer'); return },
      outer  => sub {
        out("$name outer");
        $_[KERNEL]->call($_[SESSION], 'inner');
        $_[KERNEL]->call($_[SESSION], 'nowhere') ;
        $_[KERNEL]->yield($_) for qw(unheard dies off silent on again);
        return;
      },
      inner  => sub { out("$name inner"); return },
      dies   => sub { die "oops\n" },
      died   => sub { out("$name died"); $_[KERNEL]->sig_handled },
      off    => sub { out("$name off"); $_[SESSION]->option(trace => 0); return },
      silent => sub { out("$name silent"); return },
      on     => sub { out("$name on"); $_[SESSION]->option(trace => 'yes'); return },
      again  => sub {
        out("$name again");
        POE::Session->create(inline_states => { _start => sub { } });
        $_[KERNEL]->state('late' => sub { out("$name late"); return });
        $_[KERNEL]->yield('late');
        $_[KERNEL]->delay(timer => 0.01);
        return;
      },
      timer => sub { out("$name timer"); return },
      %more,
    },
  );
  $poe_kernel->run();
}
traced('plain');
traced('default', _default => sub { out('_default', $_[ARG0]); return });
out('done');
