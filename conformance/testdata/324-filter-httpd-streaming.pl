# POE::Filter::HTTPD with Streaming: a request comes with its head, the content after it in plain
# strings as it arrives, one get_one() giving both if both are there.  MaxContent does not hold;
# nothing marks the end of the content.
# Doc: POE::Filter::HTTPD "new" (Streaming), "Streaming Request".
use strict; use warnings; $| = 1;
use POE qw(Filter::HTTPD);
$poe_kernel->run();
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub vis { my $s = shift; $s =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ge; return "<$s>" }
sub brief {
  return map { !ref $_ ? vis($_) : $_->isa('HTTP::Response') ? 'response ' . $_->code : join ' ', 'request', $_->method, $_->uri, 'body', vis($_->content), 'length', $_->content_length } @{ $_[0] };
}
my $n = "\r\n";
sub feed {
  my ($label, @chunks) = @_;
  my $f = POE::Filter::HTTPD->new(Streaming => 1, MaxContent => 4);
  out("-- $label");
  for my $chunk (@chunks) {
    $f->get_one_start([$chunk]);
    while (1) {
      my $one = $f->get_one;
      out('  one:', brief($one));
      last if !@$one;
    }
    out('  pending', map { vis($_) } @{ $f->get_pending || [] });
  }
}
feed('in pieces', "POST /a HTTP/1.1${n}Content-Length: 6$n$n", 'ab', 'cd', 'efGET /b HTTP/1.1', "${n}Content-Length: 0$n$n");
feed('at once', "POST /a HTTP/1.1${n}Content-Length: 6$n${n}abcdef");
feed('some of it with the head', "POST /a HTTP/1.1${n}Content-Length: 6$n${n}abc", 'def');
feed('two in one chunk', "POST /a HTTP/1.1${n}Content-Length: 2$n${n}ab$n${n}PUT /c HTTP/1.1${n}Content-Length: 1$n${n}cGET /d");
feed('no length', "POST /a HTTP/1.1${n}X: 1$n${n}");
feed('bad length', "POST /a HTTP/1.1${n}Content-Length: x$n${n}abc");
