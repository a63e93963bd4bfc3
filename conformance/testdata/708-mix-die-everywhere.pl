# Exceptions in a timer's handler, in a watcher's, in a postback's and in a signal's: each is
# handled once by the parent, what was queued goes on, and the last one ends the program.
use strict; use warnings; use POE; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }

pipe my $rd, my $wr or die;
my $run = 0;
POE::Session->create(
  inline_states => {
    _start => sub { $_[KERNEL]->sig(DIE => 'died'); $_[KERNEL]->alias_set('top'); $_[KERNEL]->yield('make') },
    make   => sub {
      POE::Session->create(inline_states => {
        _start => sub {
          my ($k, $s) = @_[KERNEL, SESSION];
          $k->select_read($rd, 'readable'); syswrite $wr, 'x';
          $k->sig(FOO => 'foo');
          $k->delay(timer => 0.02);
        },
        readable => sub { out('readable'); $_[KERNEL]->select_read($rd); $_[SESSION]->postback('back')->(); $_[KERNEL]->yield('next', 1); die "in readable\n" },
        back  => sub { out('back'); $_[KERNEL]->yield('next', 2); die "in back\n" },
        next  => sub { out('next', $_[ARG0]) },
        timer => sub { out('timer'); $_[KERNEL]->signal($_[SESSION], 'FOO'); $_[KERNEL]->yield('next', 3); die "in timer\n" },
        foo   => sub { out('foo'); $_[KERNEL]->yield('next', 4); $_[KERNEL]->delay(last => 0.02); die "in foo\n" },
        last  => sub { out('last'); $_[KERNEL]->yield('next', 5); die "the last\n" },
        _stop => sub { out('kid _stop') },
      });
    },
    _child => sub { out('_child', $_[ARG0]) },
    died   => sub {
      my $x = $_[ARG1];
      (my $text = $x->{error_str}) =~ s/\s+\z//;
      out('died', $x->{event}, "<$text>", $x->{from_state});
      $_[KERNEL]->sig_handled() unless $text eq 'the last';
    },
    _stop => sub { out('top _stop') },
  },
);
eval { $poe_kernel->run(); 1 } or do { (my $e = $@) =~ s/\s+\z//; out('run died', "<$e>") };
$poe_kernel->run();
out('done');
