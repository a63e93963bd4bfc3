# The databases of the system, and lines read where an operand is.
use strict;
use warnings;

my @root = getpwuid 0;
print "@root[0, 2, 3] $root[7]\n";
print scalar getpwnam('root'), ' ', (getpwnam 'root')[2], "\n";
my ($group) = getgrgid 0;
print "$group ", scalar getgrnam('root'), "\n";
print defined getpwnam('no_such_user') ? 'found' : 'none', "\n";
print scalar getprotobyname('tcp'), ' ', (getprotobynumber 17)[0], "\n";
print join('.', unpack 'C4', scalar gethostbyname('127.0.0.1')), "\n";

open my $fh, '<', $0 or die;
sub next_line { my $handle = shift; return scalar <$handle> }
print next_line($fh);
my $second = scalar(<$fh>);
print $second;
my @rest = (scalar <$fh>, scalar <$fh>);
print scalar @rest, "\n";
my $n = 3;
print scalar @rest < 5 ? 'fewer' : 'more', ' ', defined $n < 4 ? 'less' : 'no', "\n";
