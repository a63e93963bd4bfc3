# A bot with POE::Component::IRC::State that prints every event it gets. It does
# what it is told by private messages: "do COMMAND ARGUMENTS", "sync", "end".
#
#   perl bot.pl HOST PORT
use strict;
use warnings;
use POE qw(Component::IRC::State);

$| = 1;
my ($host, $port) = @ARGV;
my $irc = POE::Component::IRC::State->spawn(
    nick => 'bot', username => 'bot', ircname => 'bot', server => $host, port => $port,
    Flood => 1, NoDNS => 1,
) or die;

POE::Session->create(
    inline_states => {
        _start   => sub { $irc->yield(register => 'all'); $irc->yield(connect => {}) },
        _default => \&event,
        _stop    => sub { },
    },
);
POE::Kernel->run();

sub show {
    my ($arg) = @_;
    return '' if !defined $arg;
    return '[' . join(' ', map { show($_) } @$arg) . ']' if ref $arg eq 'ARRAY';
    return '{}' if ref $arg;
    return $arg;
}

sub event {
    my ($name, $args) = @_[ARG0, ARG1];
    return if $name !~ s/^irc_//;
    print join(' ', $name, map { show($_) } @$args), "\n";
    return if $name ne 'msg';
    my $nick = (split /!/, $args->[0])[0];
    my ($what, @words) = split / /, $args->[2];
    if ($what eq 'do')      { $irc->yield(@words) }
    elsif ($what eq 'sync') { $irc->delay([privmsg => $nick, 'ok'], 0.05) }
    elsif ($what eq 'end')  { $irc->yield(shutdown => 'done') }
}
