# The names of module English, and what %Config has.
use strict;
use warnings;
use English;
use Config;

eval { die "failed\n" };
print "error $EVAL_ERROR";
$OS_ERROR = 2;
print $OS_ERROR + 0, ' ', $PID == $$ ? 'same' : 'other', ' ', $PROGRAM_NAME, "\n";
$OUTPUT_AUTOFLUSH = 1;
print "$PREMATCH|$MATCH|$POSTMATCH\n" if 'abc' =~ /b/;
sub joined { local $LIST_SEPARATOR = '-'; return "@ARG" }
print joined(1, 2), "\n";
print $ARG * 2, "\n" for 1, 2;
my @names = split ' ', $Config{sig_name};
print "$Config{path_sep} $names[15] ", (split ' ', $Config{sig_num})[15], "\n";
