# Reads Perl source texts from standard input and writes their tokens, as PPI
# cuts them, to standard output. Nothing is executed.
#
# A request is a length (32 bits, network order) and the bytes. The answer is a
# count of tokens, and for each its class, line, column and parts, all with
# lengths in front. A count of 0xffffffff is an error, whose text follows.
use strict;
use warnings;
use PPI::Tokenizer;
use PPI::Token;

my ($most_tokens, $most_deep) = (1_000_000, 1_000);

binmode STDIN;
binmode STDOUT;

while (read(STDIN, my $head, 4) == 4) {
  my $left = unpack 'N', $head;
  my $source = '';
  while ($left > 0) {
    my $n = read STDIN, $source, $left, length $source;
    exit 1 if !$n;
    $left -= $n;
  }
  my $answer = eval { answer($source) };
  $answer = pack 'N N/a*', 0xffffffff, reason($@) if !defined $answer;
  syswrite_all($answer);
}

# A text without a place in this script for an exception.
sub reason {
  my $error = shift;
  my $text = ref $error && $error->can('message') ? 'PPI: ' . $error->message : "$error";
  $text =~ s/ at \S+ line \d+\.?\n?\z//;
  return $text;
}

sub syswrite_all {
  my $bytes = shift;
  my $at = 0;
  while ($at < length $bytes) {
    my $n = syswrite STDOUT, $bytes, length($bytes) - $at, $at;
    exit 1 if !$n;
    $at += $n;
  }
}

sub answer {
  my $source = shift;
  my @out;
  my ($line, $column, $extra) = (1, 1, 0);
  my ($count, $depth) = (0, 0);
  if (length $source) {
    my $tokenizer = PPI::Tokenizer->new(\$source) or die 'PPI cannot read this text';
    while (my $token = next_token($tokenizer, $line)) {
      die "line $line: more than $most_tokens tokens\n" if ++$count > $most_tokens;
      my $class = ref $token;
      $class =~ s/^PPI::Token:://;
      my $content = $token->content;
      my @parts = ($content);
      if ($class eq 'Structure') {
        $depth += $content =~ /[(\[{]/ ? 1 : $content =~ /[)\]}]/ ? -1 : 0;
        die "line $line: brackets are nested more than $most_deep deep\n" if $depth > $most_deep;
      }
      elsif ($class eq 'HereDoc') {
        @parts = ($content, $token->{_mode} || 'interpolate', $token->{_terminator} // '', join('', $token->heredoc));
        $extra += () = $parts[3] =~ /\n/g;
        $extra++;
      }
      elsif ($class =~ /^Regexp::|^QuoteLike::Regexp/) {
        push @parts, map { $_->{position} < 0 ? '' : substr($content, $_->{position}, $_->{size}) } @{ $token->{sections} || [] };
        @parts = ($parts[0], $parts[1], $parts[2]) if @parts > 3;
        push @parts, '' while @parts < 3;
        push @parts, join '', sort keys %{ $token->{modifiers} || {} };
        push @parts, $token->{separator} // ($token->{sections}[0]{type} // '');
      }
      elsif ($class =~ /^Quote::(?:Literal|Interpolate)|^QuoteLike::(?:Words|Command)/) {
        my $section = ($token->{sections} || [])->[0];
        push @parts, $section && $section->{position} >= 0 ? substr($content, $section->{position}, $section->{size}) : '';
        push @parts, $token->{separator} // ($section->{type} // '');
      }
      push @out, pack 'N/a* N N N', $class, $line, $column, scalar @parts;
      push @out, pack 'N/a*', $_ for @parts;
      my $newlines = () = $content =~ /\n/g;
      if ($newlines) {
        $line += $newlines;
        $content =~ /([^\n]*)\z/;
        $column = 1 + length $1;
        ($line, $extra) = ($line + $extra, 0) if $class eq 'Whitespace' || $class eq 'Comment';
      }
      else {
        $column += length $content;
      }
    }
  }
  my $count = grep { 1 } @out;
  return pack('N', tokens_in(\@out)) . join '', @out;
}

# The next token; an exception of PPI says in which line it was.
sub next_token {
  my ($tokenizer, $line) = @_;
  my $token = eval { $tokenizer->get_token };
  die "line $line: " . reason($@) . "\n" if $@;
  return $token;
}

sub tokens_in {
  my $out = shift;
  my ($i, $n) = (0, 0);
  while ($i < @$out) {
    my $parts = unpack 'N', substr $out->[$i], -4;
    $i += 1 + $parts;
    $n++;
  }
  return $n;
}
