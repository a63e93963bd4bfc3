# Methods of handles, IO::Handle and IO::Select, stat of the last file.
use strict;
use warnings;
use IO::Handle;
use IO::Select;

my $out = IO::Handle->new;
$out->fdopen(fileno(STDOUT), 'w') or die;
STDOUT->flush;
$out->print("by number\n");
$out->printflush("flushed\n");
$out->write("written\nand more", 8);
print STDOUT->can('print') ? 'can' : 'cannot', ' ', STDOUT->can('fly') ? 'can' : 'cannot', "\n";
my $in = IO::Handle->new_from_fd(fileno(STDIN), 'r');
print $in->opened ? 'open' : 'closed', ' ', $in->isa('IO::Handle') ? 'handle' : 'other', "\n";

pipe my $r, my $w or die;
my $select = IO::Select->new($r);
print scalar $select->can_read(0), ' ', $select->count, "\n";
syswrite $w, "text\n";
print scalar $select->can_read(10), ' ', ($select->handles)[0] == $r ? 'same' : 'other', "\n";
$select->remove($r);
print $select->count, "\n";

my @stat = stat $0;
print $stat[7] == -s $0 ? 'size' : 'no', ' ', (stat(_))[7] == $stat[7] ? 'again' : 'no', ' ', -d _ ? 'directory' : 'file', "\n";
