# A kernel that speaks inter-kernel communication, for the live tests: a
# second implementation of the protocol, on real POE.
#
#   peer.pl server NAME PROTOCOL        prints its port, serves one connection
#   peer.pl client NAME PROTOCOL PORT   connects
#
# PROTOCOL is IKC or IKC0. Lines on standard input are commands, see %command;
# what happens is printed, a line each.
use strict; use warnings; use Socket;
use POE qw(Wheel::SocketFactory Wheel::ReadWrite Filter::Line Filter::Reference);
$| = 1;
my ($mode, $name, $protocol, $port) = @ARGV;
my $id = "$name-id-$$";
my @freezers = qw(No::Such::Freezer Storable);
my ($wheel, $listener, @peer, $freezer);    # the connection, and who is there
my (%answer, $asked);                       # who waits for an answer
my %published = (chat => { map { $_ => 1 } qw(said sum list nothing echo args ask big) });

sub show {
  my $v = shift;
  return 'undef' unless defined $v;
  return '[' . join(' ', map { show($_) } @$v) . ']' if ref $v eq 'ARRAY';
  return '{' . join(' ', map { "$_=" . show($v->{$_}) } sort keys %$v) . '}' if ref $v eq 'HASH';
  return $v;
}
sub tell_test { print join(' ', @_), "\n" }

# ---- specifiers

sub parts {    # of a specifier, in either form
  my $s = shift;
  return { kernel => '', session => '', state => '', %$s } if ref $s;
  my ($kernel, $session, $state) = $s =~ m{^poe:(?://([^/]*))?(?:/([^/]+))?/?([^/]*)$} or return;
  return { kernel => $kernel // '', session => $session // '', state => $state // '' };
}

# ---- the lines of the beginning

my $hear = $mode eq 'server' ? \&greeting : $protocol eq 'IKC0' ? \&their_setup : \&their_names;
my @mine = ($id, $name);

sub say_line { $wheel->put(@_) }
sub my_setup { 'SETUP KERNEL=' . join(',', @mine) . ';FREEZER=' . join(',', @_) . ";PID=$$" }
sub begin { say_line($protocol eq 'IKC0' ? my_setup(@freezers) : 'HELLO') if $mode eq 'client' }

sub understand {    # a SETUP
  my %said = map { split /=/, $_, 2 } split /;/, shift;
  @peer = split /,/, $said{KERNEL};
  ($freezer) = grep { $_ eq 'Storable' } split /,/, $said{FREEZER};
  return @peer && $freezer;
}
sub greeting {
  my $line = shift;
  if ($line =~ /^SETUP (.+)/) {
    return say_line('NOT') if $protocol eq 'IKC' or not understand($1);
    say_line(my_setup($freezer));
    return up();
  }
  return say_line('NOT') if $line ne 'HELLO';
  say_line('IAM ' . shift @mine);
  $hear = \&naming;
}
sub their_setup {
  my $line = shift;
  if ($line eq 'NOT') { $hear = \&their_names; return say_line('HELLO') }
  return up() if $line =~ /^SETUP (.+)/ and understand($1);
  tell_test("strange $line");
}
sub naming {    # they say OK to each of our names
  my $line = shift;
  return tell_test("strange $line") if $line ne 'OK';
  return say_line('IAM ' . shift @mine) if @mine;
  say_line('DONE');
  $hear = \&their_names;
  if ($mode eq 'client') { $hear = \&freezing; freezing('NOT') }
}
sub their_names {
  my $line = shift;
  if ($line =~ /^IAM\s+([-:.\w]+)$/) { push @peer, $1; return say_line('OK') }
  return tell_test("strange $line") if $line ne 'DONE';
  return $hear = \&their_freezer if $mode eq 'server';
  say_line('IAM ' . shift @mine);
  $hear = \&naming;
}
sub their_freezer {
  my $line = shift;
  if ($line =~ /^FREEZER\s+(\S+)$/) { $freezer = $1 if $1 eq 'Storable'; return say_line($1 eq 'Storable' ? 'OK' : 'NOT') }
  return tell_test("strange $line") if $line ne 'WORLD';
  say_line('UP');
  up();
}
sub freezing {
  my $line = shift;
  return up() if $line eq 'UP';
  return say_line('WORLD') if $line eq 'OK';
  say_line('FREEZER ' . ($freezer = shift @freezers));
}
sub up {
  undef $hear;
  $wheel->set_filter(POE::Filter::Reference->new($freezer));
  tell_test('up', $freezer, join ',', grep { !/^Go-/ } @peer);
}

# ---- messages

sub send_message {
  my ($to, $params, %more) = @_;
  $wheel->put({ event => parts($to), params => $params, from => { kernel => $id, session => 'chat', state => 'IKC:proxy' }, %more });
}
sub heard {
  my $m = shift;
  my $to = parts($m->{event});
  my ($session, $event, @args) = ($to->{session}, $to->{state}, $m->{params});
  ($event, @args) = ($m->{params}[0], @{ $m->{params}[1] }) if $event eq 'IKC:proxy';
  if ($session eq 'IKC') {
    if (my $waiting = delete $answer{$event}) { return $waiting->(@args) }
    return reply($m, 'PONG') if $event eq 'ping';
    return have($m, $args[0]) if $event eq 'do_you_have';
    return tell_test('remote_error', ref $args[0] ? $args[0][0] : $args[0]) if $event eq 'remote_error';
  }
  return refuse($m, "Session '$session' is not available for remote kernels") unless $published{$session};
  return refuse($m, "Session '$session' has not published state '$event'") unless $published{$session}{$event};
  my $thunk = POE::Session->create(inline_states => {
    _start => sub { $_[KERNEL]->alias_set('thunk' . $_[SESSION]->ID) },
    run    => sub {
      my @got = $m->{wantarray} ? $_[KERNEL]->call($session, $event, @args) : scalar $_[KERNEL]->call($session, $event, @args);
      reply($m, $m->{wantarray} ? \@got : $got[0]) if @got and defined $got[0];
    },
    _default => sub {
      my ($back, $list) = @_[ARG0, ARG1];
      return if $back =~ /^_/;
      send_message($m->{from}, [ $back, [@$list] ]);
      return;
    },
  });
  $poe_kernel->call($thunk, 'run');
}
sub reply { my ($m, $value) = @_; send_message($m->{rsvp}, $value) if $m->{rsvp} }
sub refuse {
  my ($m, $why) = @_;
  tell_test('refused', $why);
  send_message("poe://$peer[0]/IKC/remote_error", [ $why, $name, 'check' ], is_error => 1) unless $m->{is_error};
}
sub have {
  my ($m, $params) = @_;
  my $wanted = parts($params->[0]);
  my $is = $published{ $wanted->{session} };
  reply($m, $is && (!$wanted->{state} || $is->{ $wanted->{state} }) ? [ $wanted, $id ] : "Refused subscription $wanted->{session}");
}
sub wait_for {    # an answer
  my $then = shift;
  my $event = 'answer' . ++$asked;
  $answer{$event} = $then;
  return (rsvp => { kernel => $id, session => 'IKC', state => $event });
}

# ---- what the test may ask for

my %command = (
  post  => sub { my ($to, $value) = @_; send_message($to, $value) },
  proxy => sub { my ($to, $list) = @_; my $p = parts($to); send_message({ %$p, state => 'IKC:proxy' }, [ $p->{state}, $list ]) },
  text  => sub { my ($to, $value) = @_; $wheel->put({ event => $to, params => $value }) },
  call  => sub { my ($to, $value) = @_; send_message($to, $value, wait_for(sub { tell_test('answer', show($_[0])) })) },
  list  => sub { my ($to, $value) = @_; send_message($to, $value, wantarray => 1, wait_for(sub { tell_test('answer', show($_[0])) })) },
  have  => sub {
    my $to = parts(shift);
    send_message({ kernel => $to->{kernel}, session => 'IKC', state => 'do_you_have' }, [ $to, $id ],
      wait_for(sub { my $got = shift; tell_test(ref $got ? "subscribed $got->[0]{session}" : $got) }));
  },
  close => sub { undef $wheel },
  quit  => sub { undef $wheel; undef $listener; exit 0 },
);

POE::Session->create(inline_states => {
  _start => sub {
    $_[KERNEL]->alias_set('chat');
    $_[HEAP]{in} = POE::Wheel::ReadWrite->new(InputHandle => \*STDIN, OutputHandle => \*STDERR, InputEvent => 'command', ErrorEvent => 'no_more');
    $listener = $mode eq 'server'
      ? POE::Wheel::SocketFactory->new(BindAddress => '127.0.0.1', BindPort => 0, Reuse => 1, SuccessEvent => 'connected', FailureEvent => 'no_connection')
      : POE::Wheel::SocketFactory->new(RemoteAddress => '127.0.0.1', RemotePort => $port, SuccessEvent => 'connected', FailureEvent => 'no_connection');
    tell_test((unpack_sockaddr_in($listener->getsockname))[0]) if $mode eq 'server';
  },
  connected => sub {
    $wheel = POE::Wheel::ReadWrite->new(Handle => $_[ARG0], Filter => POE::Filter::Line->new, InputEvent => 'input', ErrorEvent => 'gone');
    undef $listener if $mode eq 'client';
    begin();
  },
  no_connection => sub { tell_test('no connection'); exit 1 },
  input   => sub { $hear ? $hear->($_[ARG0]) : heard($_[ARG0]); return },
  gone    => sub { tell_test('gone'); undef $wheel },
  no_more => sub { exit 0 },
  command => sub {
    my ($what, $to, $value) = split ' ', $_[ARG0], 3;
    $command{$what}->($to, defined $value ? eval $value : undef);
    warn $@ if $@;
  },
  # The events that are published, and one that is not.
  said    => sub { tell_test('said', map { show($_) } @_[ ARG0 .. $#_ ]); return },
  sum     => sub { my $n = 0; $n += $_ for @{ $_[ARG0] }; return $n },
  list    => sub { return @{ $_[ARG0] } },
  nothing => sub { return },
  echo    => sub { return $_[ARG0] },
  args    => sub { return [ @_[ ARG0 .. $#_ ] ] },
  ask     => sub { $_[KERNEL]->post($_[SENDER], 'heard', 'from Perl', $_[ARG0]); return },
  big     => sub { return [ 1 .. $_[ARG0] ] },
  secret  => sub { tell_test('SECRET'); return 'SECRET' },
});
$poe_kernel->run();
