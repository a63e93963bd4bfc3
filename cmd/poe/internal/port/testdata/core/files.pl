use strict;
use warnings;

my $file = "/tmp/port-core-files.$$";
open(my $out, '>', $file) or die "open: $!";
print $out "line 1\n";
print {$out} "line 2\n";
printf $out "%s %d\n", "line", 3;
close $out;
open(my $in, '<', $file) or die;
while (my $l = <$in>) { chomp $l; print "$.: $l\n" }
close($in);
open(my $app, '>>', $file) or die;
print $app "appended\nno newline";
close $app;
open($in, $file) or die;
my @lines = <$in>;
close $in;
print scalar(@lines), " lines, last [$lines[-1]]\n";
open(FH, "<$file") or die;
my $first = <FH>;
print "first: $first";
while (<FH>) { next unless /\d/; chomp; print "$_;" }
print "\n";
print eof(FH) ? "eof\n" : "more\n";
close(FH);
{
  local $/;
  open(my $f, '<', $file) or die;
  my $all = <$f>;
  print length($all), "\n";
}
{
  local @ARGV = ($file);
  my $n = 0;
  $n++ while <>;
  print "$n via diamond\n";
}
{
  open(my $f, '<', $file) or die;
  local $/ = "";
  my @paras = <$f>;
  print scalar(@paras), " paragraphs\n";
}
print -e $file ? "exists" : "missing", " ", -s $file, " ", -d "/tmp" ? "dir" : "nodir", " ", -f $file ? "file" : "nofile", "\n";
my @st = stat $file;
print scalar(@st), " $st[7]\n";
rename $file, "$file.new" or die;
print -e $file ? "still" : "renamed", "\n";
print unlink("$file.new"), "\n";
mkdir "/tmp/port-core-dir.$$" or die;
for my $n (qw(b a c)) { open(my $f, '>', "/tmp/port-core-dir.$$/$n") or die; print $f $n; close $f }
opendir(my $dh, "/tmp/port-core-dir.$$") or die;
my @names = sort grep { !/^\./ } readdir $dh;
closedir $dh;
print "@names\n";
my @globbed = map { s{.*/}{}r } sort glob("/tmp/port-core-dir.$$/*");
print "@globbed\n";
unlink map { "/tmp/port-core-dir.$$/$_" } @names;
rmdir "/tmp/port-core-dir.$$" or die;
my $buf = '';
open(my $mem, '>', \$buf) or die;
print $mem "in memory ";
printf $mem "%03d", 7;
close $mem;
print "$buf\n";
open($mem, '<', \"a\nb\n") or die;
my @m = <$mem>;
print scalar(@m), " $m[1]";
while (my $d = <DATA>) { chomp $d; my ($k, $v) = split /\s*:\s*/, $d, 2; print "$k=$v\n" if defined $v }
my $r = read_config("x=1\n# comment\n\ny = 2 \n");
print join(",", map { "$_:$r->{$_}" } sort keys %$r), "\n";
sub read_config {
  my $text = shift;
  my %c;
  for (split /\n/, $text) {
    next if /^\s*(#|$)/;
    if (/^\s*(\w+)\s*=\s*(.*?)\s*$/) { $c{$1} = $2 }
  }
  return \%c;
}
open(my $rw, '+>', $file) or die;
print $rw "0123456789";
seek $rw, 3, 0;
read $rw, my $chunk, 4;
print "$chunk ", tell($rw), "\n";
read $rw, $chunk, 2, length $chunk;
print "$chunk\n";
close $rw;
unlink $file;
print "gone\n" unless -e $file;
my $pid = open(my $pipe, '-|', 'echo piped; echo two') or die;
my @p = <$pipe>;
close $pipe;
print "pipe: @p";
my $cmd = `echo backtick`;
print $cmd;
my @cl = `printf 'a\\nb\\n'`;
print scalar(@cl), "\n";
system("echo system") == 0 or die;
print "status: $?\n";
system("sh", "-c", "exit 3");
print $? >> 8, "\n";
select((select(STDOUT), $| = 1)[0]);
print STDOUT "end\n";
print join(",", map { sprintf "%s", $_ } sort { $a cmp $b } grep { /^PATH$/ } keys %ENV), "\n";
$ENV{PORT_TEST} = 'set';
print `echo \$PORT_TEST`;
print "args: ", scalar(@ARGV), "\n";
printf "%s\n", join ' ', (localtime(0))[5, 4] ;
print scalar(gmtime(0)), "\n";
# A file that is read and written.
{
    my $name = "/tmp/port_rw.$$";
    open(my $out, '>', $name) or die; print $out "line1\nline2\n"; close $out;
    open(my $rw, '+<', $name) or die;
    seek $rw, 2, 0; read $rw, my $part, 3; print "[$part] ", tell($rw), "\n";
    print $rw "XX"; print tell($rw), "\n"; close $rw;
    open(my $in, '<', $name) or die; print <$in>; close $in; print "\n";
    open($rw, '+<', $name) or die; my $first = <$rw>; print $rw "two"; close $rw;
    open($in, '<', $name) or die; print map { "<$_>" } <$in>; close $in; print "\n";
    unlink $name;
}

__DATA__
name: value
skip this
other: a:b
