# Runs programs of the model under real POE and a virtual clock.  Standard input has one program
# a line, in JSON; standard output gets each one's trace and a line "== end".
use strict; use warnings; no warnings 'recursion';

# In lib are a clock and a loop that take the place of POE's own.  A second of theirs is a
# microsecond of the program: POE keeps posted events a microsecond apart, and that must not count.
use FindBin; use lib "$FindBin::Bin/lib";
BEGIN { $ENV{POE_EVENT_LOOP} = 'POE::Loop::Virtual'; $ENV{POE_USE_SIGNAL_PIPE} = 0 }
use POE; use JSON::PP; use Errno ();

# Children in the order in which they became children.
{
  no strict 'refs'; no warnings 'redefine';
  my ($n, %place) = 0;
  for my $name (qw(_data_ses_allocate _data_ses_move_child)) {
    my $sid = $name eq '_data_ses_allocate' ? 2 : 1;
    my $was = \&{"POE::Kernel::$name"};
    *{"POE::Kernel::$name"} = sub { $place{$_[$sid]} = ++$n; goto &$was };
  }
  my $was = \&POE::Kernel::_data_ses_get_children;
  *POE::Kernel::_data_ses_get_children = sub { sort { $place{$a->ID} <=> $place{$b->ID} } $was->(@_) };
}

my $stops = 0; our $notices = 0;
my ($program, $fuel, @sessions, %name, @timers, @postbacks, @callbacks, %counts);

sub say_line { print "@_\n" }
sub errno { my ($n) = @_; for (qw(ESRCH EEXIST EPERM EINVAL)) { return $_ if $n == Errno->can($_)->() } return "errno " . ($n + 0) }
sub micros { sprintf '%.0f', $_[0] - 100 }

sub show {
  my ($v) = @_;
  return 'undef' unless defined $v;
  my $r = ref $v;
  return '[' . join(',', map { show($_) } @$v) . ']' if $r eq 'ARRAY';
  return 'K' if $r && $v == $poe_kernel;
  return $name{$v->ID} || '?' if $r eq 'POE::Session';
  if ($r eq 'HASH') {
    my ($e) = $v->{error_str} =~ /^(.*)/;
    return "{" . show($v->{source_session}) . ' ' . show($v->{dest_session}) . ' ' . $v->{event} . ' ' . caller_of($v->{from_state}) . " $e}";
  }
  return $v;
}
sub caller_of { my ($s) = @_; defined $s && length $s ? $s : '-' }

sub target {
  my ($t, $h) = @_;
  return $poe_kernel if $t eq 'K';
  return $h->[SESSION] if $t eq 'self';
  return $h->[SENDER] if $t eq 'sender';
  return substr($t, 1) if $t =~ /^\@/;
  return $sessions[substr $t, 1];
}

my %op;
%op = (
  post => sub { my ($h, $t, $e, @a) = @_; $! = 0; my $r = $poe_kernel->post($t, $e, @a); $r ? 'ok' : errno($!) },
  yield => sub { my ($h, $e, @a) = @_; $poe_kernel->yield($e, @a); undef },
  call => sub { my ($h, $t, $e, @a) = @_; $! = 0; my $r = $poe_kernel->call($t, $e, @a); $! ? errno($!) : show($r) },
  alarm => sub { my ($h, $e, $at, @a) = @_; $poe_kernel->alarm($e, 100 + $at, @a); undef },
  alarm_add => sub { my ($h, $e, $at, @a) = @_; $poe_kernel->alarm_add($e, 100 + $at, @a); undef },
  alarm_clear => sub { my ($h, $e) = @_; $poe_kernel->alarm($e); undef },
  delay => sub { my ($h, $e, $d, @a) = @_; $poe_kernel->delay($e, $d, @a); undef },
  delay_add => sub { my ($h, $e, $d, @a) = @_; $poe_kernel->delay_add($e, $d, @a); undef },
  delay_clear => sub { my ($h, $e) = @_; $poe_kernel->delay($e); undef },
  alarm_set => sub { my ($h, $slot, $e, $at, @a) = @_; $timers[$slot] = $poe_kernel->alarm_set($e, 100 + $at, @a); undef },
  delay_set => sub { my ($h, $slot, $e, $d, @a) = @_; $timers[$slot] = $poe_kernel->delay_set($e, $d, @a); undef },
  alarm_adjust => sub {
    my ($h, $slot, $d) = @_; return 'none' unless $timers[$slot];
    $! = 0; my $t = $poe_kernel->alarm_adjust($timers[$slot], $d); defined $t ? micros($t) : errno($!);
  },
  delay_adjust => sub {
    my ($h, $slot, $d) = @_; return 'none' unless $timers[$slot];
    my $t = $poe_kernel->delay_adjust($timers[$slot], $d); defined $t ? micros($t) : 'failed';
  },
  alarm_remove => sub {
    my ($h, $slot) = @_; return 'none' unless $timers[$slot];
    $! = 0; my @r = $poe_kernel->alarm_remove($timers[$slot]); @r ? "$r[0] " . micros($r[1]) . ' ' . show($r[2]) : errno($!);
  },
  alarm_remove_all => sub { join '; ', map { "$_->[0] " . show([@$_[2 .. $#$_]]) } $poe_kernel->alarm_remove_all },
  alias_set => sub { my $r = $poe_kernel->alias_set($_[1]); $r ? errno($r) : 'ok' },
  alias_remove => sub { my $r = $poe_kernel->alias_remove($_[1]); $r ? errno($r) : 'ok' },
  alias_resolve => sub { show(scalar $poe_kernel->alias_resolve($_[1])) },
  alias_list => sub { join ',', $poe_kernel->alias_list },
  detach_child => sub { my ($h, $t) = @_; $! = 0; my $r = $poe_kernel->detach_child($t); $r ? 'ok' : errno($!) },
  detach_myself => sub { $! = 0; my $r = $poe_kernel->detach_myself; $r ? 'ok' : errno($!) },
  inc => sub {
    my ($h, $t, $tag) = @_; $t = $t->ID if ref $t; $! = 0;
    my $r = $poe_kernel->refcount_increment($t, $tag); defined $r ? $counts{"$t $tag"} = $r : errno($!);
  },
  dec => sub {
    my ($h, $t, $tag) = @_; $t = $t->ID if ref $t; $! = 0;
    return 'none' unless $counts{"$t $tag"}; # POE would count below zero
    my $r = $poe_kernel->refcount_decrement($t, $tag); defined $r ? $counts{"$t $tag"} = $r : errno($!);
  },
  sig => sub { my ($h, $s, $e, @a) = @_; $poe_kernel->sig($s, $e, @a); undef },
  sig_clear => sub { $poe_kernel->sig($_[1]); undef },
  sig_handled => sub { $poe_kernel->sig_handled; undef },
  signal => sub { my ($h, $t, $s, @a) = @_; $! = 0; my $r = $poe_kernel->signal($t, $s, @a); $r ? 'ok' : errno($!) },
  state => sub { my ($h, $e, $body) = @_; my $kind = $h->[HEAP]; $poe_kernel->state($e, sub { handler($kind, $body, [@_]) }); undef },
  unstate => sub { $poe_kernel->state($_[1]); undef },
  postback => sub { my ($h, $slot, $e, @a) = @_; $postbacks[$slot] = $h->[SESSION]->postback($e, @a); undef },
  use => sub { my ($h, $slot, @a) = @_; return 'none' unless $postbacks[$slot]; $postbacks[$slot]->(@a); undef },
  list => sub {
    my ($h, $t, $e, @a) = @_; $! = 0;
    my @r = eval { $poe_kernel->call($t, $e, @a) };
    # POE trips over its own list if the handler has thrown.
    if ($@ =~ /undefined value as an ARRAY reference/) { @r = (undef); $! = 0 } elsif ($@) { die $@ }
    return $! ? errno($!) : show(\@r);
  },
  callback => sub { my ($h, $slot, $e, @a) = @_; $callbacks[$slot] = $h->[SESSION]->callback($e, @a); undef },
  use_callback => sub { my ($h, $slot, @a) = @_; return 'none' unless $callbacks[$slot]; show(scalar $callbacks[$slot]->(@a)) },
  drop_callback => sub { my ($h, $slot) = @_; $callbacks[$slot] = undef; undef },
  slice => sub {
    eval { $poe_kernel->run_one_timeslice };
    my ($first) = $@ =~ /^(.*)/;
    $@ ? "died $first" : undef; # the end comes later than here: POE counts its kernel as a session
  },
  drop => sub { my ($h, $slot) = @_; $postbacks[$slot] = undef; undef },
  create => sub { my ($h, $kind, @a) = @_; create($kind, @a) },
  active => sub { show($poe_kernel->get_active_session) . ' ' . $poe_kernel->get_active_event },
  busy => sub { $POE::Resource::Clock::now += $_[1]; undef },
  die => sub { die "$_[1]\n" },
);
my %targeted = map { $_ => 1 } qw(post call list detach_child inc dec signal);

sub run_ops {
  my ($ops, $h) = @_;
  my ($return, $before) = ([], $stops);
  for (@$ops) {
    my ($op, @args) = @$_;
    last if --$fuel < 0 || $stops != $before; # handlers of stopped sessions only return
    POE::Resource::Clock::jump($POE::Resource::Clock::now, 1);
    if ($op eq 'return') { $return = \@args; next }
    if ($op eq 'stop' && $notices) { say_line('  stop not here'); next }
    if ($op eq 'stop') { say_line('  stop'); POE::Kernel->stop; $stops++; last }
    if ($targeted{$op}) {
      $args[0] = target($args[0], $h);
      unless (defined $args[0]) { say_line("  $op nobody"); next }
    }
    my $r = $op{$op}->($h, @args);
    say_line("  $op $r") if defined $r;
  }
  return wantarray ? @$return : $return->[-1];
}

sub handler {
  my ($kind, $body, $h) = @_;
  my $me = $name{$h->[SESSION]->ID};
  my $event = $h->[STATE] eq $body ? $body : "$h->[STATE]=$body";
  say_line(micros($POE::Resource::Clock::now), $me, $event, 'from', show($h->[SENDER]), caller_of($h->[CALLER_STATE]), '(' . join(' ', map { show($_) } @$h[ARG0 .. $#$h]) . ')');
  # A kernel that is stopped in the middle of stopping sessions goes wrong in many ways.
  my $notice = $h->[STATE] eq '_default' ? $h->[ARG0] : $h->[STATE];
  local $notices = $notices + ($notice =~ /^_(?:stop|child|parent)$/ ? 1 : 0);
  return run_ops($program->{kinds}[$kind]{$body}, $h);
}

sub create {
  my ($kind, @args) = @_;
  return 'too many' if @sessions >= $program->{sessions};
  my $number = @sessions;
  push @sessions, undef;
  my %states;
  for my $event (keys %{$program->{kinds}[$kind]}) {
    $states{$event} = sub { handler($kind, $event, [@_]) };
  }
  my $start = $states{_start};
  $states{_start} = sub { $sessions[$number] = $_[SESSION]->ID; $name{$_[SESSION]->ID} = "s$number"; goto &$start };
  my $s = POE::Session->create(heap => $kind, inline_states => \%states, args => \@args);
  return show($s);
}

sub run_program {
  $fuel = $program->{fuel};
  run_ops($program->{main}, []);
  for (1, 2) {
    my $ok = eval { POE::Kernel->run; 1 };
    my ($first) = $ok ? '' : $@ =~ /^(.*)/;
    say_line($ok ? "run returned" : "run died $first");
    run_ops($program->{between}, []) if $_ == 1;
  }
}

$| = 1;
POE::Kernel->run;
while (my $line = <STDIN>) {
  $program = decode_json($line);
  defined(my $pid = fork) or die "fork: $!";
  if (!$pid) {
    $poe_kernel->has_forked;
    alarm 5;
    $SIG{__WARN__} = sub { say_line("warning: @_") };
    eval { run_program(); 1 } or say_line("interpreter died: $@");
    close STDOUT;
    require POSIX; POSIX::_exit(0);
  }
  waitpid $pid, 0;
  say_line("status $?") if $?;
  say_line('== end');
}
