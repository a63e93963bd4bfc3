# DIE visits the descendants of the session that threw, that session, and all its
# ancestors; any of them may handle it. An exception in a handler of DIE ends run() with
# that error.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub who { my $s = shift; $s == $poe_kernel ? 'kernel' : $s->get_heap->{name} }

sub clean { my $e = shift; $e =~ s/ at \S+ line \d+\.?\n//; chomp $e; return "<$e>" }
sub chain {
  my ($does, $name, @rest) = @_;
  POE::Session->create(
    heap => { name => $name },
    inline_states => {
      _start => sub { $_[KERNEL]->alias_set($name); $_[KERNEL]->sig(DIE => 'died'); chain($does, @rest) if @rest; return },
      boom   => sub { die "boom in $name\n" },
      died   => sub {
        out($name, 'sees', $_[ARG0], 'of', who($_[ARG1]{dest_session}), clean($_[ARG1]{error_str}));
        my $what = $does->{$name} or return;
        $_[KERNEL]->sig_handled if $what eq 'handle';
        die "in the handler of $name\n" if $what eq 'die';
        return;
      },
      _stop  => sub { out($name, '_stop') },
    },
  );
}
for my $case ([ 'top handles', top => 'handle' ], [ 'leaf handles', leaf => 'handle' ], [ 'nobody' ], [ 'handler dies', top => 'die' ]) {
  my ($label, %does) = @$case;
  out('--', $label);
  chain(\%does, qw(top mid low leaf));
  $poe_kernel->post(low => 'boom');
  my $ok = eval { $poe_kernel->run(); 1 };
  out('run', $ok ? 'returned' : 'died ' . join(' | ', split /\n/, $@));
}
