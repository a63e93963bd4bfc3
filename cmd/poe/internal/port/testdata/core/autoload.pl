# AUTOLOAD for subs and methods that there are none of, references to what calls
# return, and a handle that is an object.
use strict;
use warnings;

our $AUTOLOAD;

sub AUTOLOAD {
  my $name = $AUTOLOAD;
  $name =~ s/.*:://;
  return if $name eq 'DESTROY';
  return wantarray ? ($name, @_) : "$name(@_)";
}

print join('|', called(1, 2)), "\n";
my $text = also(3);
print "$text\n";
print join('|', main->method('x')), "\n";
my $code = \&later;
print join('|', $code->(4)), "\n";

sub several { return wantarray ? 'list' : 'scalar' }
print "${\ several()} @{[several()]}\n";

package Stream;
sub new { my ($class, $path) = @_; open my $fh, '<', $path or die; return bless $fh, $class }
sub first { my $self = shift; return scalar <$self> }

package main;
my $stream = Stream->new($0);
print ref $stream, ' ', $stream->first;
