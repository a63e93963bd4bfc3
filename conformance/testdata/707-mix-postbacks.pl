# Postbacks and callbacks that go through other sessions: who is the sender, what keeps alive,
# and what a postback of a stopped session and one given away by its owner do.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

my $stray;
POE::Session->create(
  heap => { name => 'worker' },
  inline_states => {
    _start => sub { $_[KERNEL]->alias_set('worker') },
    work   => sub {
      my ($k, $cb, $back) = @_[KERNEL, ARG0, ARG1];
      out('worker asks', $cb->('q1', 'q2'));
      my @list = $cb->('list'); out('in a list', @list);
      out('postback gives', $back->('r1'));
      $_[HEAP]{back} = $back;
      $k->delay(later => 0.02);
    },
    later  => sub { out('later', $_[HEAP]{back}->('r2', 'r3')); delete $_[HEAP]{back}; $_[KERNEL]->alias_remove('worker') },
    _stop  => sub { out('worker _stop') },
  },
);
POE::Session->create(
  heap => { name => 'owner' },
  inline_states => {
    _start => sub {
      my ($k, $s) = @_[KERNEL, SESSION];
      $k->post(worker => 'work', $s->callback('ask', 'c1', 'c2'), $s->postback('done', 'p1'));
      $stray = $s->postback('stray', 'z');
      out('started');
    },
    ask  => sub { out('ask', "@{$_[ARG0]}", "@{$_[ARG1]}", who($_[SENDER]), $_[STATE]); return ('one', 'two') },
    done => sub { out('done', "@{$_[ARG0]}", "@{$_[ARG1]}", who($_[SENDER])); $_[KERNEL]->yield('let_go') if @{$_[ARG1]} == 2 },
    let_go => sub { out('let go'); my $p = $stray; undef $stray; $p->(1); $p->(2) },
    stray => sub { out('stray', "@{$_[ARG0]}", "@{$_[ARG1]}", who($_[SENDER])) },
    _stop => sub { out('owner _stop') },
  },
);
$poe_kernel->run();
out('done');
