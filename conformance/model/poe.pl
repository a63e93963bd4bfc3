# Runs programs of the model under real POE and a virtual clock.  Standard input has one program
# a line, in JSON; standard output gets each one's trace and a line "== end".
use strict; use warnings; no warnings 'recursion'; use Scalar::Util ();

# In lib are a clock and a loop that take the place of POE's own.  A second of theirs is a
# microsecond of the program: POE keeps posted events a microsecond apart, and that must not count.
use FindBin; use lib "$FindBin::Bin/lib";
BEGIN { $ENV{POE_EVENT_LOOP} = 'POE::Loop::Virtual'; $ENV{POE_USE_SIGNAL_PIPE} = 0 }
use POE; use POE::NFA (); use JSON::PP; use Errno (); use Socket qw(:DEFAULT IPPROTO_TCP); use IO::Handle;

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

# Watchers of one handle in the order in which they were registered.
{
  no strict 'refs'; no warnings 'redefine';
  my ($n, %place) = 0;
  my $condition = \&POE::Kernel::_data_handle_condition;
  *POE::Kernel::_data_handle_condition = sub {
    my $fd = fileno $_[1];
    for my $mode (0 .. 2) {
      tie %{ $poe_kernel->[POE::Kernel::KR_FILENOS()]{$fd}[$mode][POE::Kernel::FMO_SESSIONS()] }, 'Ordered', sub { $place{"$fd $mode $_[0]"} || 0 };
    }
    goto &$condition;
  };
  my $add = \&POE::Kernel::_data_handle_add;
  *POE::Kernel::_data_handle_add = sub {
    my ($self, $handle, $mode, $session) = @_;
    my ($fd, $sid) = (fileno $handle, $session->ID);
    my $record = $poe_kernel->[POE::Kernel::KR_FILENOS()]{$fd};
    my $watched = $record && $record->[$mode][POE::Kernel::FMO_SESSIONS()]{$sid};
    $place{"$fd $mode $sid"} = ++$n unless $watched && $watched->{$fd};
    goto &$add;
  };
  # POE forgets to forget a session that no longer watches a handle which others watch, and dies
  # when it watches it again.
  my $remove = \&POE::Kernel::_data_handle_remove;
  *POE::Kernel::_data_handle_remove = sub {
    my ($fd, $mode, $sid) = (fileno $_[1], @_[2, 3]);
    $remove->(@_);
    my $record = $poe_kernel->[POE::Kernel::KR_FILENOS()]{$fd} or return;
    my $sessions = $record->[$mode][POE::Kernel::FMO_SESSIONS()];
    delete $sessions->{$sid} if $sessions->{$sid} && !%{ $sessions->{$sid} };
  };
  package Ordered;
  sub TIEHASH { bless { place => $_[1], h => {} } }
  sub FETCH { $_[0]{h}{$_[1]} }
  sub STORE { $_[0]{h}{$_[1]} = $_[2] }
  sub EXISTS { exists $_[0]{h}{$_[1]} }
  sub DELETE { delete $_[0]{h}{$_[1]} }
  sub SCALAR { scalar %{ $_[0]{h} } }
  sub FIRSTKEY { my $o = shift; $o->{keys} = [sort { $o->{place}->($a) <=> $o->{place}->($b) } keys %{ $o->{h} }]; shift @{ $o->{keys} } }
  sub NEXTKEY { shift @{ $_[0]{keys} } }
}

my $stops = 0; our $notices = 0;
my ($program, $fuel, @sessions, %name, @timers, @postbacks, @callbacks, %counts, @handles, %handle, %machine);

sub say_line { print "@_\n" }
sub errno { my ($n) = @_; for (qw(ESRCH EEXIST EPERM EINVAL)) { return $_ if $n == Errno->can($_)->() } return "errno " . ($n + 0) }
sub micros { sprintf '%.0f', $_[0] - 100 }

sub show {
  my ($v) = @_;
  return 'undef' unless defined $v;
  my $r = ref $v;
  return '[' . join(',', map { show($_) } @$v) . ']' if $r eq 'ARRAY';
  return $handle{fileno $v} if $r eq 'GLOB';
  return 'K' if $r && $v == $poe_kernel;
  return $name{$v->ID} || '?' if $r eq 'POE::Session' || $r eq 'POE::NFA';
  if ($r eq 'HASH') {
    my $e = first_line($v->{error_str});
    return "{" . show($v->{source_session}) . ' ' . show($v->{dest_session}) . ' ' . $v->{event} . ' ' . caller_of($v->{from_state}) . " $e}";
  }
  return $v;
}
sub caller_of { my ($s) = @_; defined $s && length $s ? $s : '-' }


# The first line of an error; those of POE::NFA have addresses in them.
sub first_line {
  my ($e) = $_[0] =~ /^(.*)/;
  return 'no state' if $e =~ /tried to enter nonexistent state/;
  return 'no entry' if $e =~ /tried to invoke nonexistent enter event/;
  return 'empty stack' if $e =~ /tried to pop a state from an empty stack/;
  return 'no handler' if $e =~ /has neither a handler for it nor one for _default/;
  return $e;
}

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
  state => sub { my ($h, $e, $body) = @_; my $bodies = bodies($h); $poe_kernel->state($e, sub { handler($bodies->{$body}, $body, [@_]) }); undef },
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
    $@ ? 'died ' . first_line($@) : undef; # the end comes later than here: POE counts its kernel as a session
  },
  drop => sub { my ($h, $slot) = @_; $postbacks[$slot] = undef; undef },
  create => sub { my ($h, $kind, @a) = @_; create($kind, @a) },
  active => sub { show($poe_kernel->get_active_session) . ' ' . $poe_kernel->get_active_event },
  busy => sub { $POE::Resource::Clock::now += $_[1]; undef },
  die => sub { die "$_[1]\n" },

  select_read => sub { my ($h, $f, $e, @a) = @_; $poe_kernel->select_read($handles[$f], $e, @a); undef },
  select_write => sub { my ($h, $f, $e, @a) = @_; $poe_kernel->select_write($handles[$f], $e, @a); undef },
  select_expedite => sub { my ($h, $f, $e, @a) = @_; $poe_kernel->select_expedite($handles[$f], $e, @a); undef },
  select_read_clear => sub { $poe_kernel->select_read($handles[$_[1]]); undef },
  select_write_clear => sub { $poe_kernel->select_write($handles[$_[1]]); undef },
  select_expedite_clear => sub { $poe_kernel->select_expedite($handles[$_[1]]); undef },
  select_clear => sub { $poe_kernel->select($handles[$_[1]]); undef },
  select => sub { my ($h, $f, @e) = @_; $poe_kernel->select($handles[$f], map { length $_ ? $_ : undef } @e); undef },
  pause_read => sub { truth($poe_kernel->select_pause_read($handles[$_[1]])) },
  resume_read => sub { truth($poe_kernel->select_resume_read($handles[$_[1]])) },
  pause_write => sub { truth($poe_kernel->select_pause_write($handles[$_[1]])) },
  resume_write => sub { truth($poe_kernel->select_resume_write($handles[$_[1]])) },
  read => sub { my $buf; moved(sysread $handles[$_[1]], $buf, $_[2]) },
  write => sub { moved(syswrite $handles[$_[1]], 'x' x $_[2]) },
  drain => sub { my ($n, $buf); 1 while $n = sysread $handles[$_[1]], $buf, 65536; moved($n) },
  fill => sub { 1 while syswrite $handles[$_[1]], 'x' x 65536; undef },
  urgent => sub { moved(send $handles[$_[1]], '!', MSG_OOB) },
  read_urgent => sub { my $buf; moved(defined(recv $handles[$_[1]], $buf, 1, MSG_OOB) ? length $buf : undef) },
  shut => sub { shutdown $handles[$_[1]], 1; undef },
  hangup => sub { close $handles[$_[1]]; undef },

  spawn => sub { my ($h, $kind) = @_; spawn($kind) },
  goto_state => sub { my ($h, $m, @a) = @_; move(sub { $m->goto_state(entry(@a)) }) },
  call_state => sub { my ($h, $m, $back, @a) = @_; move(sub { $m->call_state(length $back ? $back : undef, entry(@a)) }) },
  return_state => sub { my ($h, $m, @a) = @_; move(sub { $m->return_state(@a) }) },
  stop_machine => sub { my ($h, $m) = @_; move(sub { $m->stop }) },
  immediate => sub { my ($h, $m, $on) = @_; $m->option(immediate => $on); undef },
  current_state => sub { my ($h, $m) = @_; $m->get_current_state },
);
sub truth { $_[0] ? 'yes' : 'no' }
sub moved { my ($n) = @_; return $n if defined $n; my $e = $! + 0; $e == Errno::EAGAIN() ? 'again' : $e == Errno::EPIPE() ? 'EPIPE' : $e == Errno::EINVAL() ? 'EINVAL' : "errno $e" }
sub entry { my ($state, $entry, @a) = @_; return length $entry ? ($state, $entry, @a) : $state }
sub move { $! = 0; $_[0]->(); undef }
my %of_machine = map { $_ => 1 } qw(goto_state call_state return_state stop_machine immediate current_state);
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
    if ($of_machine{$op}) {
      my $id = $args[0] eq 'self' ? $h->[SESSION] && $h->[SESSION]->ID : $sessions[substr $args[0], 1];
      my $m = $id && $machine{$id};
      unless ($m && $poe_kernel->ID_id_to_session($id)) { say_line("  $op nobody"); next }
      $args[0] = $m;
    }
    my $r = $op{$op}->($h, @args);
    say_line("  $op $r") if defined $r;
  }
  return wantarray ? @$return : $return->[-1];
}

sub handler {
  my ($ops, $body, $h) = @_;
  # If the kernel is stopped in the first of several watchers of a handle, POE goes on with the others.
  return if ref $h->[ARG0] eq 'GLOB' && !$poe_kernel->ID_id_to_session($h->[SESSION]->ID);
  my $me = $name{$h->[SESSION]->ID} || '?';
  $me .= "/$h->[POE::NFA::STATE()]" if ref $h->[SESSION] eq 'POE::NFA';
  my $event = $h->[STATE] eq $body ? $body : "$h->[STATE]=$body";
  say_line(micros($POE::Resource::Clock::now), $me, $event, 'from', show($h->[SENDER]), caller_of($h->[CALLER_STATE]), '(' . join(' ', map { show($_) } @$h[ARG0 .. $#$h]) . ')');
  # A kernel that is stopped in the middle of stopping sessions goes wrong in many ways.
  my $notice = $h->[STATE] eq '_default' ? $h->[ARG0] : $h->[STATE];
  local $notices = $notices + ($notice =~ /^_(?:stop|child|parent)$/ ? 1 : 0);
  if (ref $h->[ARG0] eq 'GLOB' && --$fuel < 0) { # or a handle that stays ready goes on for ever
    $poe_kernel->select($h->[ARG0]);
    return;
  }
  return run_ops($ops, $h);
}

# What the handlers of a session do, those of the present state if it is a machine.
sub bodies { my ($h) = @_; my $b = $h->[HEAP]; return $b->{states} ? $b->{states}{$h->[POE::NFA::STATE()]} : $b->{kind} }

sub spawn {
  my ($kind) = @_;
  return 'too many' if @sessions >= $program->{sessions};
  my $number = @sessions;
  push @sessions, undef;
  my ($states, %inline) = $program->{machines}[$kind];
  for my $state (keys %$states) {
    for my $event (keys %{ $states->{$state} }) {
      $inline{$state}{$event} = sub { handler($states->{$state}{$event}, $event, [@_]) };
    }
  }
  my $m = POE::NFA->spawn(inline_states => \%inline, runstate => { states => $states });
  my $id = $m->ID;
  ($sessions[$number], $name{$id}, $machine{$id}) = ($id, "s$number", $m);
  Scalar::Util::weaken($machine{$id});
  return "s$number";
}

sub create {
  my ($kind, @args) = @_;
  return 'too many' if @sessions >= $program->{sessions};
  my $number = @sessions;
  push @sessions, undef;
  my %states;
  for my $event (keys %{$program->{kinds}[$kind]}) {
    $states{$event} = sub { handler($program->{kinds}[$kind]{$event}, $event, [@_]) };
  }
  my $start = $states{_start};
  $states{_start} = sub { $sessions[$number] = $_[SESSION]->ID; $name{$_[SESSION]->ID} = "s$number"; goto &$start };
  my $s = POE::Session->create(heap => { kind => $program->{kinds}[$kind] }, inline_states => \%states, args => \@args);
  return show($s);
}

# Each pair of handles is a pipe, or a connection.
sub open_handles {
  for my $kind (@{ $program->{handles} || [] }) {
    my ($a, $b);
    if ($kind eq 'pipe') { pipe $a, $b or die "pipe: $!" }
    elsif ($kind eq 'unix') { socketpair $a, $b, AF_UNIX, SOCK_STREAM, 0 or die "socketpair: $!" }
    else {
      socket my $l, PF_INET, SOCK_STREAM, 0 or die "socket: $!";
      bind $l, pack_sockaddr_in(0, INADDR_LOOPBACK) or die "bind: $!";
      listen $l, 1 or die "listen: $!";
      socket $a, PF_INET, SOCK_STREAM, 0 or die "socket: $!";
      connect $a, getsockname $l or die "connect: $!";
      accept $b, $l or die "accept: $!";
      setsockopt $_, IPPROTO_TCP(), 1, 1 for $a, $b; # TCP_NODELAY
    }
    for ($a, $b) { $_->blocking(0); $handle{fileno $_} = 'h' . @handles; push @handles, $_ }
  }
}

sub run_program {
  $fuel = $program->{fuel};
  open_handles();
  run_ops($program->{main}, []);
  for (1, 2) {
    my $ok = eval { POE::Kernel->run; 1 };
    say_line($ok ? "run returned" : 'run died ' . first_line($@));
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
    $SIG{PIPE} = 'IGNORE';
    $SIG{__WARN__} = sub { say_line("warning: @_") };
    eval { run_program(); 1 } or say_line("interpreter died: $@");
    close STDOUT;
    require POSIX; POSIX::_exit(0);
  }
  waitpid $pid, 0;
  say_line("status $?") if $?;
  say_line('== end');
}
