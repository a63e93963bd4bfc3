package plugin_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/irc"
	"github.com/gopoe/poe/component/irc/internal/testnet"
	"github.com/gopoe/poe/component/irc/plugin"
	"github.com/gopoe/poe/component/ircd"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

// FuzzPlugins lets a server say anything to a client with all plugins that read what
// it says, and a program anything to its proxy.
func FuzzPlugins(f *testing.F) {
	f.Add(":x!y@z PRIVMSG #a :bot: slap eve with trout\r\n:x!y@z PRIVMSG bot :!help slap\r\n:x!y@z KICK #a bot :out\r\n", "CAP LS\r\nPASS sesame\r\nNICK a\r\nUSER a 0 * :a\r\nPRIVMSG #a :x\r\nWHO\r\n")
	f.Add(":x!y@z PRIVMSG bot :\x01VERSION\x01\r\n:NickServ!n@s NOTICE bot :This nickname is registered\r\n:irc 433 * bot :in use\r\n", "PASS x\r\nNICK :\r\nUSER\r\n")
	f.Add(":irc 311 bot x u h * :r\r\n:irc 318 bot x :end\r\n:x!y@z TOPIC #a :\r\n:bot!b@h PART #a\r\n", "PASS sesame\r\n\x00\xff\r\nQUIT")
	f.Fuzz(func(t *testing.T, server, program string) {
		n := testnet.New(t, ircd.Config{})
		var far *kernel.Handle
		bot := n.Client(irc.Config{Nick: "bot", State: true, Dial: func(d *clienttcp.Dialing) {
			var near *kernel.Handle
			near, far = poetest.NewPair(poetest.PairConfig{Buffer: 1 << 20})
			d.Complete(near, nil)
		}})
		at := poetest.Listen(netip.MustParseAddrPort("192.0.2.9:6668"))
		for name, p := range map[string]irc.Plugin{
			"BotCommand": &plugin.BotCommand{Commands: map[string]plugin.Command{"slap": {Info: "Hits.", Args: []string{"whom"}, Variable: true, Aliases: []string{"hit"}}}},
			"Addressed":  &plugin.BotAddressed{}, "Traffic": &plugin.BotTraffic{}, "CTCP": &plugin.CTCP{},
			"NickServ": &plugin.NickServID{Password: "x"}, "Reclaim": &plugin.NickReclaim{}, "Cycle": &plugin.CycleEmpty{},
			"AutoJoin": &plugin.AutoJoin{Channels: map[string]string{"#a": ""}, RejoinOnKick: true},
			"Proxy":    &plugin.Proxy{Password: "sesame", Listen: func() (*kernel.Handle, error) { return at.Handle(), nil }},
		} {
			add(t, bot, name, p)
		}
		n.Run(time.Second)
		_, _ = far.Write([]byte(":irc 001 bot :hi\r\n:irc 422 bot :no MOTD\r\n:bot!b@h JOIN #a\r\n"))
		n.Run(time.Second)
		c := at.Talk(t, n.K, n.Clock)
		c.Write([]byte(program))
		_, _ = far.Write([]byte(server))
		n.Run(time.Minute)
		c.Close()
		bot.IRC.Shutdown("")
		n.Run(10 * time.Second)
		_ = far.Close()
		n.End()
	})
}
