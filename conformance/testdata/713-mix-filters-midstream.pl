# Filters that change in the middle of a stream, in both directions and more than once within
# one chunk: a header of lines, then a counted block, then lines of another ending.
use strict; use warnings; use POE qw(Wheel::ReadWrite Filter::Line Filter::Block Filter::Stream); use Socket; $| = 1;
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub vis { my $s = shift; $s =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ge; "<$s>" }

socketpair my $near, my $far, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die;
POE::Session->create(inline_states => {
  _start => sub {
    $_[HEAP]{w} = POE::Wheel::ReadWrite->new(Handle => $near, Filter => POE::Filter::Line->new(Literal => "\n"), InputEvent => 'header', ErrorEvent => 'trouble', FlushedEvent => 'flushed');
    syswrite $far, "len 5\nhello+a:b:len 3\nxyz";
  },
  header => sub {
    my ($heap, $line) = @_[HEAP, ARG0];
    out('header', vis($line));
    $heap->{w}->put("got $line");
    return unless $line =~ /^len (\d+)/;
    $heap->{n}++;
    $heap->{w}->event(InputEvent => 'block');
    $heap->{w}->set_output_filter(POE::Filter::Block->new(LengthCodec => undef));
    $heap->{w}->set_input_filter(POE::Filter::Block->new(BlockSize => $1));
    out('header returns');
  },
  block => sub {
    my ($heap, $block) = @_[HEAP, ARG0];
    out('block', vis($block));
    $heap->{w}->put($block);
    if ($heap->{n} == 1) {
      $heap->{w}->event(InputEvent => 'colon');
      $heap->{w}->set_input_filter(POE::Filter::Line->new(InputLiteral => ':', OutputLiteral => ';'));
    } else { $heap->{w}->set_filter(POE::Filter::Stream->new); $heap->{w}->put('raw'); $heap->{w}->event(InputEvent => 'raw') }
    out('block returns');
  },
  colon => sub {
    my ($heap, $field) = @_[HEAP, ARG0];
    out('colon', vis($field));
    if ($field eq 'b') { $heap->{w}->event(InputEvent => 'header'); $heap->{w}->set_filter(POE::Filter::Line->new(Literal => "\n")) }
    out('colon returns');
  },
  raw => sub { out('raw', vis($_[ARG0])); close $far },
  flushed => sub {
    sysread $far, my $buf, 999; out('flushed', vis($buf));
    syswrite $far, "more:raw\n";
  },
  trouble => sub { out('error', $_[ARG0], $_[ARG1]); delete $_[HEAP]{w} },
  _stop => sub { out('_stop') },
});
undef $near;
$poe_kernel->run();
out('done');
