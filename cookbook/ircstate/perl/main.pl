#!/usr/bin/perl
# A bot made of plugins: it joins its channel, identifies itself to NickServ, gets
# its nick back, comes back when it is cut off, and says what it knows about the
# channel and its people.
#   perl main.pl HOST PORT CHANNEL [SECONDS]
use strict;
use warnings;
use POE qw(Component::IRC::State
  Component::IRC::Plugin::AutoJoin Component::IRC::Plugin::BotCommand
  Component::IRC::Plugin::Connector Component::IRC::Plugin::NickReclaim
  Component::IRC::Plugin::NickServID);

$| = 1;
my ($host, $port, $channel, $pause) = (shift // 'localhost', shift // 6667, shift // '#poe', shift // 60);

my $irc = POE::Component::IRC::State->spawn(
  Nick => 'poebot', Ircname => 'a bot', Server => $host, Port => $port, Flood => 1, NoDNS => 1,
);
POE::Session->create(
  package_states => [
    main => [qw(_start irc_join irc_disconnected irc_botcmd_ops irc_botcmd_topic irc_botcmd_where stop)],
  ],
);
POE::Kernel->run();
print "stopped\n";

sub _start {
  $_[KERNEL]->sig(INT => 'stop');
  $irc->yield(register => qw(join disconnected botcmd_ops botcmd_topic botcmd_where));
  $irc->plugin_add(Connector => POE::Component::IRC::Plugin::Connector->new(reconnect => $pause));
  $irc->plugin_add(NickServID => POE::Component::IRC::Plugin::NickServID->new(Password => 'secret'));
  $irc->plugin_add(NickReclaim => POE::Component::IRC::Plugin::NickReclaim->new(poll => 60));
  $irc->plugin_add(AutoJoin => POE::Component::IRC::Plugin::AutoJoin->new(
    Channels => [$channel], RejoinOnKick => 1, Rejoin_delay => $pause,
  ));
  $irc->plugin_add(BotCommand => POE::Component::IRC::Plugin::BotCommand->new(
    Addressed => 0, In_private => 0,
    Commands  => {
      ops   => 'Who has op on this channel.',
      topic => 'What the topic is, and who has set it.',
      where => 'On which channels somebody is. One argument: a nick.',
    },
  ));
  $irc->yield('connect');
}

sub irc_join {
  my ($who, $where) = @_[ARG0, ARG1];
  print +(split /!/, $who)[0], " is on $where\n";
}

sub irc_disconnected { print "disconnected\n" }

sub irc_botcmd_ops {
  my $where = $_[ARG1];
  my @ops = sort grep { $irc->is_channel_operator($where, $_) } $irc->channel_list($where);
  $irc->yield(privmsg => $where, "op: @ops");
}

sub irc_botcmd_topic {
  my $where = $_[ARG1];
  my $topic = $irc->channel_topic($where);
  my $text  = 'there is no topic';
  $text = "$topic->{Value}, says " . (split /!/, $topic->{SetBy})[0] if $topic && $topic->{Value} ne '';
  $irc->yield(privmsg => $where, $text);
}

sub irc_botcmd_where {
  my ($where, $nick) = @_[ARG1, ARG2];
  my @channels = sort $irc->nick_channels($nick // '');
  $irc->yield(privmsg => $where, @channels ? "$nick is on @channels" : 'I cannot see them');
}

sub stop {
  $_[KERNEL]->sig_handled();
  $irc->yield(shutdown => 'bye');
}
