# signal() to parts of a tree: only the session and those below hear of it, the deepest first;
# a handler that stops watching, that sends on, and a terminal one that nobody handles.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

my %of;
sub make {
  my ($name, @more) = @_;
  POE::Session->create(inline_states => {
    _start => sub {
      my $k = $_[KERNEL]; $of{$name} = $_[SESSION];
      $k->alias_set($name); $k->sig($_ => 'sig') for qw(FOO TERM QUIT);
      make(@more) if @more;
    },
    sig => sub {
      my ($k, $sig) = @_[KERNEL, ARG0];
      out($name, $sig, @_[ARG1 .. $#_], $_[SENDER] == $poe_kernel ? 'kernel' : 'session');
      $k->sig('FOO') if $name eq 'mid' && $sig eq 'FOO';
      $k->signal($of{top}, 'FOO', 'sent on') if $name eq 'low' && !@_[ARG1 .. $#_];
      if ($sig eq 'QUIT' && $name eq 'mid') { $k->sig_handled(); $k->yield('end') }
    },
    end => sub { out($name, 'end'); $_[KERNEL]->signal($of{mid}, 'TERM') },
    _child => sub { out($name, '_child', $_[ARG0]) if $_[ARG0] ne 'create' },
    _stop => sub { out($name, '_stop') },
  });
}
make(qw(top mid low));
POE::Session->create(inline_states => {
  _start => sub { $_[KERNEL]->yield(next => qw(mid FOO low FOO mid QUIT)) },
  next => sub {
    my ($k, $who, $sig, @more) = @_[KERNEL, ARG0 .. $#_];
    return unless $who;
    out('--', $sig, 'to', $who, $k->signal($of{$who}, $sig, $sig eq 'FOO' ? () : 'x'));
    $k->delay(next => 0.02, @more);
  },
  _stop => sub { out('driver _stop') },
});
$poe_kernel->run();
out('done');
