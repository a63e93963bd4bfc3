// Package ircd is a small IRC server as a component, for tests of IRC programs
// and for programs that offer IRC themselves. It is built on component
// servertcp.
//
//	s, err := ircd.New(k, ircd.Config{Name: "irc.example.org", Address: "127.0.0.1", Port: 6667})
//
// It is a single server without links to others. It implements RFC 2812's
// commands for users and channels, the modes ohv, beI, k, l and imnst of
// channels, and io of users, ISUPPORT, and of IRCv3 the capabilities
// account-notify, account-tag, away-notify, batch, cap-notify, chghost,
// echo-message, extended-join, labeled-response, message-tags, multi-prefix,
// sasl (PLAIN, SCRAM-SHA-256, EXTERNAL), server-time, setname and
// userhost-in-names.
//
// [Server.AddService] adds users that are functions of the program: a NickServ
// or a bot. Messages are those of filter/irc, which corresponds to
// POE::Filter::IRCD.
//
// POE: it corresponds to a small part of POE::Component::Server::IRC.
//
// All methods belong to the kernel's goroutine.
package ircd
