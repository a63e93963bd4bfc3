# POE::Filter::HTTPD reads bodies by Content-Length: in pieces, behind GET and HEAD too, several
# in one chunk, with blank lines between them; what has arrived of a body is no longer pending.
# The first of several lengths counts, "_" in a field's name is "-", chunked bodies are unknown.
# Doc: POE::Filter::HTTPD DESCRIPTION, CAVEATS; POE::Filter "get_pending".
use strict; use warnings; $| = 1;
use POE qw(Filter::HTTPD);
$poe_kernel->run();
sub out { print join(' ', map { defined() ? $_ : 'undef' } @_), "\n"; return }
sub vis { my $s = shift; $s =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ge; return "<$s>" }
my $n = "\r\n";
sub feed {
  my ($label, $f, @chunks) = @_;
  out("-- $label");
  for my $chunk (@chunks) {
    for my $r (@{ $f->get([$chunk]) }) {
      if ($r->isa('HTTP::Response')) { out('  response', $r->code); next }
      out('  request', $r->method, $r->uri, vis($r->content), map { "$_=" . vis(scalar $r->header($_)) } sort $r->headers->header_field_names);
    }
    out('  pending', map { vis($_) } @{ $f->get_pending || [] });
  }
}
sub new { return POE::Filter::HTTPD->new(@_) }
feed('in pieces', new(), "POST /a HTTP/1.1${n}Content-Length: 6$n$n", 'ab', 'cde', 'fGET /b HTTP/1.0', "$n$n");
feed('behind GET and HEAD', new(), "GET /g HTTP/1.1${n}Content-Length: 3$n${n}gggHEAD /h HTTP/1.1${n}Content-Length: 2$n${n}hh");
feed('blank lines behind a body', new(), "POST /1 HTTP/1.1${n}Content-Length: 1$n${n}x$n$n \t", "POST /2 HTTP/1.1${n}Content-Length: 1$n${n}y");
feed('line ends in a body', new(), "POST /l HTTP/1.1${n}Content-Length: 4$n$n$n$n");
feed('two lengths', new(), "POST /t HTTP/1.1${n}Content-Length: 2${n}Content-Length: 4$n${n}abcd$n$n");
feed('underscore', new(), "POST /u HTTP/1.1${n}Content_Length: 2${n}X_Y: z$n${n}abGET /v HTTP/1.0$n$n");
feed('space around the length', new(), "POST /s HTTP/1.1${n}Content-Length:   2  $n${n}ab");
feed('chunked', new(), "POST /c HTTP/1.1${n}Transfer-Encoding: chunked$n${n}3${n}abc${n}0$n$n");
feed('encoded, with a length', new(), "POST /e HTTP/1.1${n}Content-Encoding: gzip${n}Content-Length: 2$n${n}zz");
feed('larger than MaxContent, then another', new(MaxContent => 3), "POST /m HTTP/1.1${n}Content-Length: 4$n${n}abcd", "GET /n HTTP/1.0$n$n");
feed('a length of 2**64', new(MaxContent => 3), "POST /h HTTP/1.1${n}Content-Length: 18446744073709551616$n${n}abcd");
feed('the buffer is for what is no body', new(MaxContent => 90, MaxBuffer => 100), "POST /b HTTP/1.1${n}Content-Length: 90$n$n", 'x' x 50, 'y' x 40);
