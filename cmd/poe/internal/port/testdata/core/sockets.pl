# Sockets by Perl's own functions, without POE.
use strict;
use warnings;
use Fcntl qw(F_GETFL F_SETFL F_GETFD F_SETFD FD_CLOEXEC O_NONBLOCK);
use IO::Handle;
use POSIX ();
use Socket;
use Symbol qw(gensym);
use Sys::Hostname;

STDOUT->autoflush(1);
socket(my $listening, PF_INET, SOCK_STREAM, getprotobyname('tcp')) or die "socket: $!";
setsockopt($listening, SOL_SOCKET, SO_REUSEADDR, pack('l', 1)) or die "setsockopt: $!";
print 'reuse ', unpack('l', getsockopt($listening, SOL_SOCKET, SO_REUSEADDR)) ? 1 : 0, "\n";
bind($listening, pack_sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!";
listen($listening, 5) or die "listen: $!";
my ($port, $address) = unpack_sockaddr_in(getsockname $listening);
print 'at ', inet_ntoa($address), ' ', $port > 0 ? 'a port' : 'no port', "\n";

my $client = gensym;
socket($client, AF_INET, SOCK_STREAM, 0) or die "socket: $!";
connect($client, pack_sockaddr_in($port, inet_aton('127.0.0.1'))) or die "connect: $!";
my $from = accept(my $server, $listening) or die "accept: $!";
my ($its_port) = unpack_sockaddr_in($from);
my ($own_port) = unpack_sockaddr_in(getsockname $client);
my ($peer_port) = unpack_sockaddr_in(getpeername $server);
print 'ports ', $its_port == $own_port && $own_port == $peer_port ? 'agree' : 'differ', "\n";

$client->autoflush(1);
print $client "first\nsecond\n";
print 'read ', scalar <$server>;
my $n = read($server, my $buffer, 3);
print "$n bytes: $buffer\n";
$n = read($server, $buffer, 4, 3);
print "$n bytes more: $buffer";
defined send($server, 'packet', 0) or die "send: $!";
defined recv($client, my $packet, 100, 0) or die "recv: $!";
print "received $packet\n";

my $flags = fcntl($client, F_GETFL, 0) or die "fcntl: $!";
fcntl($client, F_SETFL, $flags | O_NONBLOCK) or die "fcntl: $!";
print 'nonblocking ', (fcntl($client, F_GETFL, 0) & O_NONBLOCK) ? 1 : 0, "\n";
$n = sysread($client, my $none, 10);
print defined $n ? "read $n\n" : "would block: " . ($! == POSIX::EAGAIN() ? 1 : 0) . "\n";

shutdown($server, 1);
my $left = '';
vec($left, fileno $client, 1) = 1;
select($left, undef, undef, 5);
print 'end ', sysread($client, $none, 10), "\n";
close $_ for $client, $server, $listening;
print 'closed ', defined fileno($client) ? 'no' : 'yes', "\n";

socketpair(my $left_end, my $right_end, AF_UNIX, SOCK_STREAM, PF_UNSPEC) or die "socketpair: $!";
syswrite $left_end, "through a pair\n";
sysread $right_end, my $line, 100;
print $line;

print 'connect: ', connect($left_end, pack_sockaddr_in($port, INADDR_LOOPBACK)) ? 'done' : 'refused', "\n";
print length hostname() ? "a host\n" : "no host\n";
print 'a terminal: ', POSIX::isatty(fileno STDIN) ? 1 : 0, ' ', POSIX::isatty($right_end) ? 1 : 0, "\n" if !-t STDIN;

my $duplicate = POSIX::dup2(fileno $right_end, 60);
syswrite $left_end, "again\n";
open(my $sixty, '<&=', 60) or die "fdopen: $!";
print "dup2 $duplicate: ", scalar <$sixty>;
open(my $copy, "<&$duplicate") or die "dup: $!";
open(my $same, "<&=$duplicate") or die "fdopen: $!";
print 'copied ', fileno($copy) != 60 ? 1 : 0, ' the same ', fileno($same) == 60 ? 1 : 0, "\n";
open(my $out, '>&', 1) or die "dup: $!";
print 'before ';
print {$out} "a copy of 1\n";
close $out;

sub local_handle {
    local *FILE;
    open(FILE, '<', $0) or die "$0: $!";
    return scalar <FILE>;
}
open(FILE, '<', 'values.pl') or die $!;
my $first = <FILE>;
local_handle();
print 'the outer handle ', defined scalar <FILE> ? 'reads on' : 'is closed', "\n";

$SIG{ALRM} = sub { die "alarm\n" };
eval { alarm 1; select undef, undef, undef, 5; alarm 0; };
print "stopped by $@";
STDOUT->flush;
exec 'echo', 'replaced' or die "exec: $!";
