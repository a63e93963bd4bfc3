use strict; use POE; my %log; $| = 1;
POE::Session->create(inline_states => { _start => sub { my ($k,$h) = @_[KERNEL,HEAP]; $k->alias_set('m'); $h->{n} = 0; $k->yield(tick => 1, 'a'); $k->delay(late => 0.05, 'x'); $h->{list} = [1..3]; $h->{map}{k} = 'v'; },
 tick => sub { my ($k,$h,$n,$w) = @_[KERNEL,HEAP,ARG0,ARG1]; $h->{n} += $n; print "tick $h->{n} $w ", scalar(@{$h->{list}}), "\n"; push @{$h->{list}}, $n; $k->yield(tick => $n + 1, ++$w) if $n < 4; my @r = $k->call(m => 'sum', 1, 2, 3); print "sum @r\n"; },
 sum => sub { my @n = @_[ARG0..$#_]; my $s = 0; $s += $_ for @n; return ($s, scalar @n) },
 late => sub { print "late $_[ARG0] $_[STATE] ", $_[SESSION] == $_[SENDER] ? 'self' : 'other', "\n"; $_[KERNEL]->post(m => 'bye'); print "err $!\n" unless $_[KERNEL]->post(nobody => 'x'); },
 bye => sub { $_[KERNEL]->alias_remove('m'); print "bye ", join(',', sort keys %{$_[HEAP]}), "\n" }, _stop => sub { print "stop\n" }, _default => sub { print "default $_[ARG0] @{$_[ARG1]}\n"; 0 }, });
POE::Session->create(package_states => [ main => [qw(_start hello)] ], args => [1, 'two'], heap => { given => 7 });
sub _start { my ($kernel, $heap, @args) = @_[KERNEL, HEAP, ARG0..$#_]; print "args @args $heap->{given}\n"; $kernel->post(m => 'unknown', 5, 6); $kernel->yield('hello'); $kernel->delay(hello => 1); $kernel->delay('hello'); my $id = $kernel->alarm_set(hello => time + 100); my @a = $kernel->alarm_remove($id); print "removed $a[0]\n"; my $pb = $_[SESSION]->postback(hello => 'pb'); $pb->('x', 'y'); }
sub hello { print "hello ", ref($_[ARG0]) ? "@{$_[ARG0]} @{$_[ARG1]}" : '', "\n"; }
POE::Kernel->run; print "done\n";
