# Functions of modules that programs use now and then.
package Animal;
our $VERSION = '1.05';
sub new { my $class = shift; return bless {@_}, $class }
sub speak { return 'a sound' }

package Dog;
our @ISA = ('Animal');
sub speak { return 'wuff' }

package main;
use strict;
use warnings;
use FindBin qw($Script);
use File::Temp qw(tempdir tempfile);
use Getopt::Long qw(GetOptionsFromArray);
use POSIX qw(getpid);
use Scalar::Util qw(weaken refaddr);

print "script $Script ", -d $FindBin::Bin ? 'in a directory' : "in '$FindBin::Bin'", "\n";
print "version $Animal::VERSION ", Animal->VERSION, "\n";
$Animal::VERSION = 2;
print 'now ', Animal->VERSION, "\n";
my $can = UNIVERSAL::can('Dog', 'speak');
{
    no strict 'refs';
    my $name = 'Animal::speak';
    print defined &$name ? 1 : 0, defined &{'Animal::fly'} ? 1 : 0, defined &{"main::captured"} ? 1 : 0, defined &captured ? 1 : 0, defined &$can ? 1 : 0, "\n";
}
print 'can ', $can->(), ' ', UNIVERSAL::can('Dog', 'fly') ? 1 : 0, ' ', UNIVERSAL::isa('Dog', 'Animal') ? 1 : 0, "\n";

my @words = ('--size=3', '-v', 'file', '--tag', 'a', '--tag', 'b', '--', '--rest');
GetOptionsFromArray(\@words, 'size=i' => \my $size, 'v|verbose' => \my $verbose, 'tag=s' => \my @tags) or die;
print "size $size verbose $verbose tags @tags rest @words\n";

my $dir = tempdir(CLEANUP => 1);
my ($fh, $name) = tempfile(DIR => $dir, SUFFIX => '.txt');
print $fh "text\n";
close $fh;
print -d $dir ? 'a directory' : 'none', ' ', $name =~ /^\Q$dir\E.*\.txt$/ ? 'with a file' : $name, ' of ', -s $name, " bytes\n";

my ($other, $other_name) = tempfile('nameXXXXX', DIR => $dir, UNLINK => 1);
print $other_name =~ m{^\Q$dir\E/name\w{5}$} ? "a template\n" : "$other_name\n";
my $object = File::Temp->new(DIR => $dir, SUFFIX => '.dat');
print $object "more\n";
print $object->filename =~ /\.dat$/ ? 'an object' : $object->filename, "\n";
my $inner = File::Temp->newdir('sub_XXXX', DIR => $dir);
print "$inner" =~ m{/sub_\w{4}$} ? 'a directory within' : "$inner", "\n";
print eval { tempdir('tooXXX', DIR => $dir); 1 } ? 'made' : 'refused', "\n";

sub captured {
    my $text = '';
    local *STDOUT;
    open(STDOUT, '>', \$text) or die "open: $!";
    print 'within';
    close STDOUT;
    return $text;
}
my $text = captured();
print "captured $text\n";

my $parent = { name => 'parent' };
my $child = { parent => $parent };
weaken $child->{parent};
print 'weak ', $child->{parent}{name}, ' ', refaddr($parent) == refaddr($child->{parent}) ? 'same' : 'other', "\n";

local $| = 1;
print "unbuffered $|\n";
print 'pid ', getpid() == $$ ? 'mine' : 'not mine', "\n";
print 'session ', POSIX::setsid() == $$ ? 'mine' : 'not mine', "\n";
eval { require No::Such::Module };
print $@ =~ /^(Can't locate No\/Such\/Module\.pm in \@INC)/ ? "$1\n" : $@;
POSIX::_exit(7);
