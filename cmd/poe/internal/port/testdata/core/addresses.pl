#!/usr/bin/perl
# Addresses of sockets, nested and in both contexts.
use strict; use warnings; use Socket;
my ($port, $host) = sockaddr_in(pack_sockaddr_in(80, inet_aton('127.0.0.1')));
print "$port ", inet_ntoa($host), "\n";
my $packed = sockaddr_in(81, inet_aton('127.0.0.2'));
my ($p2, $h2) = unpack_sockaddr_in($packed);
print "$p2 ", inet_ntoa($h2), "\n";
my $ip = inet_ntoa((sockaddr_in($packed))[1]);
print "$ip\n";
my ($q) = sockaddr_in($packed); print "$q\n";
my $un = sockaddr_un('/tmp/x'); my ($path) = sockaddr_un($un); print "$path\n";
print scalar((sockaddr_in($packed))[0]), "\n";
sub f { return sockaddr_in(@_) } my $pp = f(82, INADDR_LOOPBACK); print length($pp), " ", (unpack_sockaddr_in($pp))[0], "\n";
my @l = map { (sockaddr_in($_))[0] } $packed; print "@l\n";
my ($a5) = unpack_sockaddr_in(scalar sockaddr_in(85, INADDR_ANY)); print "$a5\n";
# In list context the packed form is asked to be taken apart, and dies of two arguments.
my @none = eval { sockaddr_in(86, INADDR_ANY) };
print scalar(@none), ' ', $@ =~ /^usage:   \(port,iaddr\) = sockaddr_in\(sin_sv\)/ ? 'usage' : $@, "\n";
@none = eval { sockaddr_un('/a', '/b') };
print scalar(@none), ' ', $@ =~ /^usage:/ ? 'usage' : $@, "\n";

# not as a function, and declarations within a list assignment that is a list itself.
my ($v, $w) = (10, 0);
print 'not ', not($v) ? 't' : 'f', not($w) ? 't' : 'f', not($v == 10) ? 't' : 'f', (not($v) || 5), "\n";
print "both\n" if not($w) && $v;
print "low\n" if not ($w) and not $w;
my @m = (my $s, my $t) = (5, 6, 7);
print scalar(@m), " $s $t\n";
my $nested = eval { (unpack_sockaddr_in(sockaddr_in(84, INADDR_ANY)))[0] };
print $nested // 'undef', ' ', $@ =~ /^usage:/ ? 'usage' : $@, "\n";
