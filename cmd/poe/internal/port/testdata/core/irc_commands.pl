#!/usr/bin/perl
# The commands of an IRC client, and what plugins do with them.
use strict;
use warnings;
use POE;
use POE::Component::Server::TCP;
use POE::Component::IRC;
use POE::Component::IRC::Plugin::BotTraffic;
use POE::Component::IRC::Plugin::CTCP;
use POE::Component::IRC::Plugin::Connector;
use Socket qw(unpack_sockaddr_in);

# What happens, by kind: the order of different kinds is left open.
my %notes;
sub note { my ($kind, $text) = @_; $text =~ s/\s+$//; push @{ $notes{$kind} }, $text }

{
    package Everything;
    use POE::Component::IRC::Plugin qw(PCI_EAT_NONE PCI_EAT_ALL PCI_EAT_PLUGIN PCI_EAT_CLIENT);
    sub new { return bless { seen => {} }, shift }
    sub PCI_register {
        my ($self, $irc) = @_;
        $irc->plugin_register($self, 'SERVER', 'all');
        $irc->plugin_register($self, USER => [qw(join mine)]);
        return 1;
    }
    sub PCI_unregister { return 1 }
    sub S_whisper {
        my ($self, $irc, $what, $list, $more) = @_;
        main::note(whisper => join ' ', ${$what}, ref ${$list}, ref $more);
        return PCI_EAT_ALL;
    }
    sub S_own { push @{ $_[-1] }, 'one more'; return PCI_EAT_NONE }
    sub U_join { my ($self, $irc, $line) = @_; ${$line} =~ s/#bad/#good/; return PCI_EAT_NONE }
    sub U_mine { my ($self, $irc, @args) = @_; main::note(mine => join ' ', ref $args[-1], map { ref ${$_} || ${$_} } @args[0 .. $#args - 1]); return PCI_EAT_NONE }
    sub _default {
        my ($self, $irc, $event) = splice @_, 0, 3;
        $self->{seen}{$event}++;
        return PCI_EAT_NONE;
    }

    package Broken;
    sub new { return bless {}, shift }
    sub PCI_register { $_[1]->plugin_register($_[0], 'SERVER', 'public'); return 1 }
    sub PCI_unregister { return 1 }
    sub S_public { die "I am broken\n" }

    package Unwilling;
    sub new { return bless {}, shift }
    sub PCI_register { return 0 }
    sub PCI_unregister { return 1 }
}

my ($port, $lives) = (0, 0);
POE::Component::Server::TCP->new(
    Alias   => 'ircd',
    Address => '127.0.0.1',
    Port    => 0,
    Started => sub { ($port) = unpack_sockaddr_in($_[HEAP]{listener}->getsockname) },
    ClientInput => \&asked,
);

sub asked {
    my ($heap, $line) = @_[HEAP, ARG0];
    return if $line =~ /^(?:CAP|NICK|PING)/;
    my $client = $heap->{client};
    if ($line =~ /^USER/) {
        $lives++;
        note(server => "a client");
        $client->put(":server 001 bot :Welcome to life $lives");
        $client->put(":server 376 bot :End of MOTD");
    }
    else {
        note(server => $line);
        if    ($line =~ /^QUIT/)         { $client->put('ERROR :Closing Link'); $_[KERNEL]->yield('shutdown') }
        elsif ($line =~ /cut me off/)    { $_[KERNEL]->yield('shutdown') }
        elsif ($line =~ /ask me/)        { $client->put(":ann!a\@host PRIVMSG bot :\x01VERSION\x01") }
        elsif ($line =~ /speak/)         { $client->put(':ann!a@host PRIVMSG #good :something') }
    }
}

my $everything = Everything->new;
my $irc = POE::Component::IRC->spawn(
    alias => 'client', Nick => 'bot', Server => '127.0.0.1', Port => $port, Flood => 1, NoDNS => 1, Raw => 0,
    plugin_debug => 0, Username => 'user', Ircname => 'name',
) or die;

POE::Session->create(
    heap => { steps => 0 },
    package_states => [ main => { map { $_ => $_ } qw(_start _stop irc_001 irc_public irc_bot_public irc_bot_action irc_bot_msg irc_ctcp irc_ctcp_version
        irc_delay_set irc_own irc_next irc_disconnected irc_socketerr irc_plugin_error irc_shutdown fire again) } ],
);
POE::Kernel->run;
note(seen => join(' ', map { "$_=$everything->{seen}{$_}" } grep { $everything->{seen}{$_} } qw(S_001 S_376 S_public S_connected)));
for my $kind (sort keys %notes) {
    my @texts = $kind eq 'server' ? sort @{ $notes{$kind} } : @{ $notes{$kind} };
    print "$kind: $_\n" for @texts;
}

sub _start {
    my ($kernel, $session) = @_[KERNEL, SESSION];
    print 'is a ', ref $irc, ', ', $irc->isa('POE::Component::IRC') ? 'IRC' : 'other', ', state: ', $irc->can('nick_info') ? 'yes' : 'no', "\n";
    $irc->yield(register => qw(001 public bot_public bot_action bot_msg ctcp ctcp_version delay_set own next disconnected socketerr plugin_error shutdown));
    print 'added: ', join(' ', map { $_ ? 'yes' : 'no' } scalar $irc->plugin_add(E => $everything), scalar $irc->plugin_add(E => Broken->new), scalar $irc->plugin_add(U => Unwilling->new)), "\n";
    $irc->plugin_add(Traffic => POE::Component::IRC::Plugin::BotTraffic->new);
    $irc->plugin_add(CTCP => POE::Component::IRC::Plugin::CTCP->new(version => 'mine 1.0', eat => ''));
    $irc->plugin_add(Connector => POE::Component::IRC::Plugin::Connector->new(reconnect => 0.1, delay => 300));
    $irc->yield(connect => {});
    return;
}

sub _stop { note(stop => 'the session') }

sub irc_001 {
    my ($kernel, $sender, $text) = @_[KERNEL, SENDER, ARG1];
    note('001' => $text);
    my $poco = $sender->get_heap;
    note(object => $poco == $irc ? 'the same' : 'another');
    return $kernel->post($sender, quit => 'enough') if $lives == 2;
    $kernel->post($sender => join => '#bad');
    $kernel->post(client => privmsg => '#good' => 'some text with  blanks ');
    $kernel->post($irc->session_id, notice => [qw(ann bob)], 'for two');
    $irc->yield(privmsg => 'ann', 42);
    $irc->yield(kick => '#good', 'eve', 'out', ' you go');
    $irc->yield(topic => '#good');
    $irc->yield(topic => '#good', 'new topic here');
    $irc->yield(mode => '#good', '+ov', 'ann', 'bob');
    $irc->yield(part => '#good', '#other', 'see you');
    $irc->yield(invite => 'ann', '#good');
    $irc->yield(whois => 'ann');
    $irc->yield(who => '#good');
    $irc->yield(names => '#good', '#other');
    $irc->yield(away => 'gone out');
    $irc->yield('away');
    $irc->yield(ison => 'ann', 'bob');
    $irc->yield(ctcpreply => 'ann', 'TIME now');
    $irc->yield(quote => 'WALLOPS :hey');
    $irc->yield(sl => 'LUSERS');
    $irc->yield(mine => 1, [2], 'three');
    $irc->yield(privmsg => 'ann', 'ask me');
    $irc->delay([ fire => 'in', 'time' ], 0.05);
}

sub irc_ctcp { note(ctcp => join ' ', map { ref $_ ? "[@$_]" : $_ } @_[ARG0 .. $#_]) }

sub irc_ctcp_version {
    note(ctcp_version => $_[ARG0]);
    $irc->send_event(irc_own => 'one', [ 'a', 'list' ], { a => 'hash' });
    $irc->send_event('irc_whisper', 'psst', [1]);
    $irc->yield(ctcp => '#good', 'ACTION waves');
    $irc->yield(privmsg => '#good', 'speak');
}

sub irc_own {
    note(own => "$_[ARG0] [@{ $_[ARG1] }] $_[ARG2]{a} $_[ARG3]");
    $irc->send_event_next('irc_next', 7);
}
sub irc_next { note(next => "$_[ARG0]") }

sub irc_public {
    note(public => $_[ARG2]);
    return if $_[HEAP]{steps}++;
    note(broken => $irc->plugin_add(Broken => Broken->new) ? 'added' : 'not added');
    $irc->yield(privmsg => '#good', 'speak again');
    $_[KERNEL]->delay(again => 0.1);
}

sub again {
    $irc->plugin_del('Broken');
    $irc->yield(privmsg => '#good', 'cut me off');
}

sub irc_bot_public { note(bot_public => "[@{ $_[ARG0] }] $_[ARG1]") }
sub irc_bot_msg    { note(bot_msg => "[@{ $_[ARG0] }] $_[ARG1]") }
sub irc_bot_action { note(bot_action => "[@{ $_[ARG0] }] $_[ARG1]") }
sub irc_delay_set  { return if $_[ARG1] ne 'fire'; note(delay_set => "@_[ARG1 .. $#_]") }
sub fire           { note(fire => 'never here') }
sub irc_socketerr  { note(socketerr => 1) }
sub irc_plugin_error { note(plugin_error => "$_[ARG0]") }

sub irc_disconnected {
    my ($kernel) = $_[KERNEL];
    note(disconnected => "$_[ARG0], lives $lives, " . ($irc->connected ? 'connected' : 'not connected'));
    if ($lives == 2) {
        $irc->yield(unregister => 'own');
        $irc->yield('shutdown');
        $kernel->post(ircd => 'shutdown');
    }
}
sub irc_shutdown { note(shutdown => 1) }
