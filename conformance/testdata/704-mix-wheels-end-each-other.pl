# Wheels that end in handlers of their own and of each other: the other end of a pair goes
# away while a chunk is under way, and a wheel ends itself when all is flushed.
use strict; use warnings; use POE qw(Wheel::ReadWrite Filter::Line); use Socket; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

socketpair my $near, my $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die;
my %name;
POE::Session->create(
  inline_states => {
    _start => sub {
      my $heap = $_[HEAP];
      my $line = sub { POE::Filter::Line->new(Literal => "\n") };
      $heap->{a} = POE::Wheel::ReadWrite->new(Handle => $near, Filter => $line->(), InputEvent => 'got', FlushedEvent => 'flushed', ErrorEvent => 'trouble');
      $heap->{b} = POE::Wheel::ReadWrite->new(Handle => $far, Filter => $line->(), InputEvent => 'got', FlushedEvent => 'flushed', ErrorEvent => 'trouble');
      %name = ($heap->{a}->ID => 'a', $heap->{b}->ID => 'b');
      undef $near; undef $far;
      out('put', $heap->{a}->put('one', 'two', 'three', 'four'));
    },
    got => sub {
      my ($k, $heap, $line, $id) = @_[KERNEL, HEAP, ARG0, ARG1];
      out('got', $name{$id}, $line, exists $heap->{b} ? 'b lives' : 'b gone');
      if ($line eq 'two') { $heap->{b}->put('back 1', 'back 2'); out('octets', $heap->{b}->get_driver_out_octets) }
      if ($line eq 'three') { delete $heap->{b}; $k->yield('next') }
      if ($line eq 'back 1') { delete $heap->{a} }
    },
    next => sub { out('next') },
    flushed => sub {
      my ($heap, $id) = @_[HEAP, ARG0];
      out('flushed', $name{$id});
    },
    trouble => sub {
      my ($heap, $op, $errno, $text, $id) = @_[HEAP, ARG0 .. ARG3];
      out('error', $name{$id}, $op, $errno);
      delete $heap->{$name{$id}};
    },
    _stop => sub { out('_stop', sort keys %{$_[HEAP]}) },
  },
);
$poe_kernel->run();
socketpair $near, $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die;
POE::Session->create(
  inline_states => {
    _start => sub {
      $_[HEAP]{w} = POE::Wheel::ReadWrite->new(Handle => $near, FlushedEvent => 'flushed', InputEvent => 'got', ErrorEvent => 'trouble');
      $_[HEAP]{w}->put('last words');
      $_[KERNEL]->yield('queued');
    },
    queued => sub { out('queued') },
    flushed => sub { out('flushed'); delete $_[HEAP]{w}; $_[KERNEL]->yield('after') },
    after => sub { sysread $far, my $buf, 99; $buf =~ s/[\r\n]+/|/g; out('after', $buf) },
    _stop => sub { out('_stop') },
  },
);
undef $near;
$poe_kernel->run();
out('done');
