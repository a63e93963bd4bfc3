#!/usr/bin/perl
# A bot with state and plugins, and the server that it talks to.
use strict;
use warnings;
use POE;
use POE::Component::Server::TCP;
use POE::Component::IRC::State;
use POE::Component::IRC::Plugin::BotCommand;
use POE::Component::IRC::Plugin::BotAddressed;
use POE::Component::IRC::Plugin::NickReclaim;
use POE::Component::IRC::Plugin::AutoJoin;
use Socket qw(unpack_sockaddr_in);

$| = 1;

package Shout;
use POE::Component::IRC::Plugin qw(:ALL);

sub new { my ($class, %args) = @_; return bless { %args, heard => 0 }, $class }

sub PCI_register {
    my ($self, $irc) = @_;
    print "plugin for ", ref $irc, "\n";
    $irc->plugin_register($self, 'SERVER', qw(public notice));
    $irc->plugin_register($self, 'USER', 'privmsg');
    return 1;
}

sub PCI_unregister { print "plugin heard $_[0]{heard}\n"; return 1 }

sub S_public {
    my ($self, $irc) = splice @_, 0, 2;
    my ($who, $where, $what) = (${ $_[0] }, ${ $_[1] }, ${ $_[2] });
    $self->{heard}++;
    return PCI_EAT_ALL if $what eq 'secret';
    ${ $_[2] } = uc $what if $what =~ /^loud/;
    return PCI_EAT_NONE;
}

sub S_notice { my ($self, $irc, $who) = @_; print "plugin: notice of ${ $who }\n"; return PCI_EAT_CLIENT }

sub U_privmsg {
    my ($self, $irc, $line) = @_;
    ${ $line } =~ s/darn/d***/;
    return PCI_EAT_NONE;
}

package main;

my $port;
my @say = (
    ':ann!a@host.a PRIVMSG #perl :hello all',
    ':ann!a@host.a PRIVMSG #perl :loud words',
    ':ann!a@host.a PRIVMSG #perl :secret',
    ':ann!a@host.a NOTICE #perl :psst',
    ':ann!a@host.a PRIVMSG #perl :bot: how are you?',
    ':ann!a@host.a PRIVMSG #perl :the bot is here',
    ":ann!a\@host.a PRIVMSG #perl :\x01ACTION waves\x01",
    ':ann!a@host.a PRIVMSG bot :in private',
    ':ann!a@host.a PRIVMSG #perl :!slap bob hard',
    ':ann!a@host.a PRIVMSG #perl :!nothing',
    ':ann!a@host.a PRIVMSG #perl :!ops',
    ':bob!b@host.b NICK robert',
    ':ann!a@host.a TOPIC #perl :a new topic',
    ':ann!a@host.a MODE #perl +v-o robert robert',
    ':ann!a@host.a MODE #perl +b *!*@bad.host',
    ':eve!e@host.e JOIN :#perl',
    ':robert!b@host.b QUIT :gone',
    ':ann!a@host.a INVITE bot :#poe',
    ':server 311 bot ann a host.a * :Ann Other',
    ':server 319 bot ann :@#perl +#poe',
    ':server 312 bot ann server :a server',
    ':server 317 bot ann 7 1000000000 :seconds idle, signon time',
    ':server 318 bot ann :End of /WHOIS list.',
);

POE::Component::Server::TCP->new(
    Alias       => 'ircd',
    Address     => '127.0.0.1',
    Port        => 0,
    Started     => sub { ($port) = unpack_sockaddr_in($_[HEAP]{listener}->getsockname) },
    ClientInput => \&asked,
    ClientDisconnected => sub { print "server: client is gone\n"; $_[KERNEL]->post('ircd', 'shutdown') },
);

sub asked {
    my ($heap, $line) = @_[HEAP, ARG0];
    my $client = $heap->{client};
    my ($command, @args) = split ' ', $line;
    if ($command eq 'NICK' && $args[0] eq 'taken') {
        $client->put(':server 433 * taken :Nickname is already in use.');
    }
    elsif ($command eq 'USER' || $command eq 'NICK') {
        $heap->{$command} = $args[0] // '';
        if ($heap->{NICK} && $heap->{USER} && !$heap->{in}++) {
            $client->put(":server 001 bot :Welcome bot");
            $client->put(":server 004 bot server test-1.0 iosw biklmnopstv");
            $client->put(":server 005 bot PREFIX=(ov)\@+ CHANTYPES=# CHANMODES=b,k,l,imnpst NETWORK=TestNet MODES=4 CASEMAPPING=rfc1459 :are supported");
            $client->put(":server 376 bot :End of MOTD");
        }
    }
    elsif ($command eq 'JOIN') {
        $client->put(":bot!poebot\@host.bot JOIN :$args[0]");
        $client->put(":server 332 bot $args[0] :the topic");
        $client->put(":server 333 bot $args[0] ann!a\@host.a 1000000001");
        $client->put(":server 353 bot = $args[0] :bot \@ann \@bob +carl");
        $client->put(":server 366 bot $args[0] :End of /NAMES list.");
    }
    elsif ($command eq 'WHO' && $args[0] eq '#perl') {
        $client->put(":server 352 bot #perl poebot host.bot server bot H :0 a bot");
        $client->put(":server 352 bot #perl a host.a server ann H\@ :0 Ann Other");
        $client->put(":server 352 bot #perl b host.b server bob G\@ :0 Bob");
        $client->put(":server 352 bot #perl c host.c server carl H*+ :1 Carl Oper");
        $client->put(":server 315 bot #perl :End of /WHO list.");
    }
    elsif ($command eq 'WHO') {
        $client->put(":server 352 bot #perl e host.e server $args[0] H :0 Eve");
        $client->put(":server 315 bot $args[0] :End of /WHO list.");
        $client->put($_) for ':ann!a@host.a KICK #perl eve :out', ':ann!a@host.a PART #perl :bye', ':ann!a@host.a PRIVMSG bot :stop';
    }
    elsif ($command eq 'MODE' && $args[0] eq '#perl' && @args == 1) {
        $client->put(":server 324 bot #perl +ntk key");
        $client->put(":server 329 bot #perl 1000000000");
    }
    elsif ($command eq 'MODE' && $args[0] eq '#perl') {
        $client->put(":server 367 bot #perl *!*\@ban.host ann 1000000002");
        $client->put(":server 368 bot #perl :End of Channel Ban List");
    }
    elsif ($command eq 'MODE') {
        $client->put(":server 221 bot +i");
    }
    elsif ($command eq 'QUIT') {
        $client->put('ERROR :Closing Link: bye');
        $_[KERNEL]->yield('shutdown');
    }
    elsif ($command !~ /^(?:PING|CAP)$/) {
        print "server: $line\n";
        return if $line !~ /go on/;
        $client->put($_) for @say;
    }
}

my $irc = POE::Component::IRC::State->spawn(alias => 'irc', nick => 'taken', ircname => 'a bot', Flood => 1, NoDNS => 1);
print ref $irc, ' ', $irc->session_alias, ' ', $irc->nick_name // 'no nick', "\n";

POE::Session->create(
    inline_states => {
        _start => sub { $_[KERNEL]->alias_set('bot'); $_[KERNEL]->yield('go') },
        go     => \&begin,
    },
    package_states => [ main => [qw(irc_registered irc_connected irc_001 irc_isupport irc_chan_sync irc_nick_sync irc_public irc_msg irc_ctcp_action
        irc_bot_addressed irc_bot_mentioned irc_botcmd_slap irc_botcmd_ops irc_nick irc_topic irc_mode irc_chan_mode irc_join irc_kick irc_quit irc_part
        irc_invite irc_whois irc_plugin_add irc_plugin_del irc_delay_set irc_delay_removed irc_disconnected irc_shutdown irc_433 irc_later _default)] ],
);
POE::Kernel->run;
print "done\n";

sub begin {
    my ($kernel) = $_[KERNEL];
    $irc->plugin_add(Shout => Shout->new(volume => 11));
    $irc->plugin_add(NickReclaim => POE::Component::IRC::Plugin::NickReclaim->new(poll => 3600));
    $irc->plugin_add(Addressed => POE::Component::IRC::Plugin::BotAddressed->new);
    $irc->plugin_add(Commands => POE::Component::IRC::Plugin::BotCommand->new(
        Addressed => 0, Ignore_unknown => 1,
        Commands => {
            ops  => 'Who has op.',
            slap => { info => 'Slaps somebody.', args => [qw(nick how)], nick => 'whom', how => 'how' },
        },
        Auth_sub => sub { my ($irc, $who, $where, $command) = @_; print "auth $who $where $command\n"; return 1 },
    ));
    print "order: @{[ grep { !/Whois|ISupport|DCC/ } map { ref } @{ $irc->plugin_order } ]}\n";
    print "list: @{[ grep { !/_\d/ } sort keys %{ $irc->plugin_list } ]}\n";
    print 'get: ', ref $irc->plugin_get('Shout'), ' ', defined $irc->plugin_get('None') ? 'some' : 'none', "\n";
    $irc->yield(register => 'all');
    $kernel->post(irc => connect => { Server => '127.0.0.1', Port => $port });
}

sub show { my $name = shift; print join(' | ', $name, map { !defined $_ ? 'undef' : ref $_ eq 'ARRAY' ? "[@$_]" : ref $_ || $_ } @_), "\n" }

sub irc_registered { show(registered => ref $_[ARG0], $_[SENDER]->ID == $irc->session_id ? 'it' : 'other', $_[SENDER]->get_heap == $irc ? 'same' : 'another') }
sub irc_connected  { show(connected => $_[ARG0], $irc->connected ? 'yes' : 'no', $irc->logged_in ? 'yes' : 'no') }
sub irc_433        { show('433' => @_[ARG0 .. ARG2]); $irc->yield(nick => 'bot') }
sub irc_plugin_add { show(plugin_add => $_[ARG0], ref $_[ARG1]) }
sub irc_plugin_del { return if $_[ARG0] ne 'Shout'; show(plugin_del => $_[ARG0], ref $_[ARG1]) }

sub irc_001 {
    show('001' => @_[ARG0, ARG1], $irc->server_name, $irc->nick_name);
    $_[KERNEL]->post($_[SENDER], join => '#perl');
}

sub irc_isupport {
    show(isupport => map { $irc->isupport($_) } qw(NETWORK CHANTYPES CHANMODES NOTHING modes));
    my $prefix = $irc->isupport('PREFIX');
    print join(' ', map { "$_=$prefix->{$_}" } sort keys %$prefix), "\n";
}
sub irc_join     { show(join => @_[ARG0, ARG1]) }

sub irc_chan_sync {
    my ($channel) = $_[ARG0];
    show(chan_sync => $channel);
    print "channels: @{[ sort keys %{ $irc->channels } ]}\n";
    print "nicks: @{[ sort $irc->nicks ]}; on it: @{[ sort $irc->channel_list($channel) ]}\n";
    for my $nick (qw(ann carl bot none)) {
        my $info = $irc->nick_info($nick);
        print "$nick: ", join(' ', map { ($irc->$_($channel, $nick) ? '' : 'not ') . $_ } qw(is_channel_operator has_channel_voice is_channel_member)),
            "; ", $irc->nick_long_form($nick) // 'undef', "; ", $irc->nick_channel_modes($channel, $nick) // 'undef',
            "; ", $irc->is_operator($nick) ? 'oper' : 'no oper', "; ", join(' ', $irc->nick_channels($nick)), "\n";
        print join(' ', map { "$_=$info->{$_}" } grep { $_ ne 'Hops' && defined $info->{$_} } qw(Nick User Host Userhost Real Server)), "\n" if $info;
    }
    my $topic = $irc->channel_topic($channel);
    print "topic: $topic->{Value}, $topic->{SetBy}, $topic->{SetAt}\n";
    my $modes = $irc->channel_modes($channel);
    print "modes: ", join(' ', map { "$_=$modes->{$_}" } sort keys %$modes), "; key ", $irc->channel_key($channel), "; ",
        $irc->is_channel_mode_set($channel, 'n') ? 'n' : 'no n', "; ", $irc->is_channel_mode_set($channel, 's') ? 's' : 'no s',
        "; created ", $irc->channel_creation_time($channel), "\n";
    my $bans = $irc->channel_ban_list($channel);
    print "ban $_: $bans->{$_}{SetBy} $bans->{$_}{SetAt}\n" for sort keys %$bans;
    print "masked: @{[ sort $irc->ban_mask($channel, '*!*@host.a') ]}\n";
    print "unknown: ", defined $irc->channel_topic('#none') ? 'topic' : 'no topic', "; ", scalar(my @none = $irc->channel_list('#none')), "\n";
    my $id = $irc->delay([ later => 'one' ], 3600);
    my $was = $irc->delay_remove($id);
    print "delayed: @$was\n";
    $irc->yield(privmsg => [ '#perl', 'ann' ] => 'several');
    $irc->yield(ctcp => '#perl' => 'ACTION yawns');
    $irc->yield(mode => '#perl' => '+o' => 'carl');
    $irc->call(quote => 'PRIVMSG #perl :darn, go on');
}

sub irc_delay_set     { return if $_[ARG1] ne 'later'; show(delay_set => @_[ARG1 .. $#_]) }
sub irc_delay_removed { show(delay_removed => $_[ARG1]) if "@{ $_[ARG1] }" eq 'one' }
sub irc_later         { print "later\n" }
sub irc_nick_sync     { show(nick_sync => @_[ARG0, ARG1]) }
sub irc_public        { my ($who, $where, $what) = @_[ARG0 .. ARG2]; show(public => (split /!/, $who)[0], $where, $what) }
sub irc_ctcp_action   { show(ctcp_action => @_[ARG0 .. ARG2]) }
sub irc_bot_addressed { show(bot_addressed => @_[ARG0 .. ARG2]) }
sub irc_bot_mentioned { show(bot_mentioned => @_[ARG0 .. ARG2]) }
sub irc_botcmd_slap   { my $args = $_[ARG2]; show(slap => @_[ARG0, ARG1], map { "$_=$args->{$_}" } sort keys %$args) }
sub irc_botcmd_ops    { show(ops => @_[ARG0, ARG1], defined $_[ARG2] ? $_[ARG2] : 'undef', sort grep { $irc->is_channel_operator($_[ARG1], $_) } $irc->channel_list($_[ARG1])) }
sub irc_nick          { show(nick => @_[ARG0 .. ARG2]) }
sub irc_topic         { show(topic => @_[ARG0 .. ARG2], $_[ARG3]{Value}) }
sub irc_mode          { show(mode => @_[ARG0 .. $#_]) }
sub irc_chan_mode     { show(chan_mode => @_[ARG0 .. $#_]) }
sub irc_kick          { show(kick => @_[ARG0 .. ARG4]) }
sub irc_quit          { show(quit => @_[ARG0 .. ARG2]) }
sub irc_part          { show(part => @_[ARG0 .. ARG2]) }
sub irc_invite        { show(invite => @_[ARG0, ARG1]) }
sub irc_whois         { my $w = $_[ARG0]; show(whois => map { "$_=" . (ref $w->{$_} ? "[@{ $w->{$_} }]" : $w->{$_} // 'undef') } qw(nick user host real idle signon channels server oper)) }

sub irc_msg {
    my ($who, $where, $what) = @_[ARG0 .. ARG2];
    show(msg => $who, $where, $what);
    if ($what eq 'stop') {
        print 'deleted: ', ref $irc->plugin_del('Shout'), "\n";
        $irc->yield(shutdown => 'bye');
    }
}

sub irc_disconnected { show(disconnected => $_[ARG0], ref $_[ARG1], $_[ARG1]{Nick}, sort keys %{ $_[ARG2] }) }
sub irc_shutdown     { show('shutdown') }

sub _default {
    my ($event, $args) = @_[ARG0, ARG1];
    return if $event =~ /^irc_(?:\d+|ping|pong|socketerr|error|cap|user_mode|snotice|delay|raw)/ || $event !~ /^irc_/;
    show($event, map { ref $_ eq 'HASH' ? '{}' : $_ } @$args);
}
