# CALLER_STATE: the event whose handler sent this one, for post, yield, call, timers and
# signal(); undef for _start, _stop, _child and handle events.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

pipe(my $rd, my $wr) or die;
sub show { my ($name, $state, $caller) = @_; out($name, $state, 'caller', $caller) }
POE::Session->create(
  heap => { name => 'kid' },
  inline_states => { _start => sub { $_[KERNEL]->alias_set('kid'); show('kid', @_[STATE, CALLER_STATE]) },
    map { my $e = $_; ($e => sub { show('kid', @_[STATE, CALLER_STATE]); $_[KERNEL]->alias_remove('kid') if $e eq 'posted' }) } qw(posted called _stop) },
);
POE::Session->create(
  heap => { name => 'S' },
  inline_states => {
    _start => sub { show('S', @_[STATE, CALLER_STATE]); $_[KERNEL]->yield('begin') },
    begin  => sub {
      my $k = $_[KERNEL];
      show('S', @_[STATE, CALLER_STATE]);
      POE::Session->create(inline_states => { _start => sub { show('inner', @_[STATE, CALLER_STATE]) }, _stop => sub { show('inner', @_[STATE, CALLER_STATE]) } });
      $k->sig(FOO => 'sig');
      $k->signal($_[SESSION], 'FOO');
      $k->call(kid => 'called');
      $k->post(kid => 'posted');
      $k->yield('yielded');
      $k->delay(timer => 0.05);
      syswrite $wr, 'x';
      $k->select_read($rd => 'readable');
    },
    readable => sub { show('S', @_[STATE, CALLER_STATE]); $_[KERNEL]->select_read($rd) },
    map { ($_ => sub { show('S', @_[STATE, CALLER_STATE]) }) } qw(_stop _child sig yielded timer),
  },
);
$poe_kernel->post(kid => called => 1);
$poe_kernel->run();
out('done');
