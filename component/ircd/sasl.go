package ircd

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/ergochat/irc-go/ircutils"
	"github.com/xdg-go/scram"
)

// The mechanisms of SASL.
const (
	mechanismPlain    = "PLAIN"
	mechanismExternal = "EXTERNAL"
	mechanismSCRAM    = "SCRAM-SHA-256"
)

// scramIterations is how often SCRAM hashes a password, maxResponse how many bytes a
// response may have.
const (
	scramIterations = 4096
	maxResponse     = 4 << 10
)

// mechanisms lists those for which there are accounts.
func (s *Server) mechanisms() string {
	var list []string
	if len(s.config.Accounts) > 0 {
		list = append(list, mechanismPlain, mechanismSCRAM)
	}
	if len(s.config.Certificates) > 0 {
		list = append(list, mechanismExternal)
	}
	return strings.Join(list, ",")
}

// exchange is the authentication of a user under way.
type exchange struct {
	response *ircutils.SASLBuffer
	step     func(response string) (challenge, account string, err error) // an account ends it
}

var errSASL = errors.New("authentication failed")

// authenticate handles AUTHENTICATE.
func (u *user) authenticate(m *Message) {
	text := m.Param(0)
	switch {
	case !u.caps["sasl"] || u.registered:
		u.numeric("421", "AUTHENTICATE", "Unknown command")
	case text == "*":
		u.sasl = nil
		u.numeric("906", "SASL authentication aborted")
	case u.sasl == nil:
		u.beginSASL(strings.ToUpper(text))
	default:
		u.continueSASL(text)
	}
}

func (u *user) beginSASL(mechanism string) {
	steps := map[string]func(string) (string, string, error){mechanismPlain: u.plain, mechanismExternal: u.external, mechanismSCRAM: u.scram()}
	offered := u.s.mechanisms()
	if steps[mechanism] == nil || !strings.Contains(","+offered+",", ","+mechanism+",") {
		u.numeric("908", offered, "are available SASL mechanisms")
		u.numeric("904", "SASL authentication failed")
		return
	}
	u.sasl = &exchange{response: ircutils.NewSASLBuffer(maxResponse), step: steps[mechanism]}
	u.send("", "AUTHENTICATE", "+")
}

func (u *user) continueSASL(text string) {
	done, response, err := u.sasl.response.Add(text)
	if !done && err == nil {
		return
	}
	challenge, account := "", ""
	if err == nil {
		challenge, account, err = u.sasl.step(string(response))
	}
	switch {
	case err != nil:
		u.sasl = nil
		u.numeric("904", "SASL authentication failed")
	case account != "":
		u.sasl = nil
		u.account = account
		u.numeric("900", u.source(), account, "You are now logged in as "+account)
		u.numeric("903", "SASL authentication successful")
	default:
		for _, chunk := range ircutils.EncodeSASLResponse([]byte(challenge)) {
			u.send("", "AUTHENTICATE", chunk)
		}
	}
}

// plain checks a response of PLAIN.
func (u *user) plain(response string) (challenge, account string, err error) {
	parts := strings.Split(response, "\x00")
	if len(parts) != 3 || parts[1] == "" {
		return "", "", errSASL
	}
	want, ok := u.s.config.Accounts[parts[1]]
	if !ok || !sameSecret(want, parts[2]) {
		return "", "", errSASL
	}
	return "", parts[1], nil
}

// sameSecret compares in a time that does not show where texts differ.
func sameSecret(want, given string) bool {
	return subtle.ConstantTimeCompare([]byte(want), []byte(given)) == 1
}

// external checks the certificate of the connection. The response may name the
// account.
func (u *user) external(response string) (challenge, account string, err error) {
	if u.client == nil || u.client.TLS == nil || len(u.client.TLS.PeerCertificates) == 0 {
		return "", "", errSASL
	}
	sum := sha256.Sum256(u.client.TLS.PeerCertificates[0].Raw)
	account = u.s.config.Certificates[hex.EncodeToString(sum[:])]
	if account == "" || response != "" && response != account {
		return "", "", errSASL
	}
	return "", account, nil
}

// scram returns the steps of a conversation of SCRAM-SHA-256.
func (u *user) scram() func(response string) (challenge, account string, err error) {
	server, err := scram.SHA256.NewServer(u.s.credentials)
	if err != nil {
		return nil
	}
	conversation := server.NewConversation()
	return func(response string) (string, string, error) {
		if conversation.Done() { // the client has seen the server's proof
			return "", conversation.Username(), nil
		}
		challenge, err := conversation.Step(response)
		if err != nil || conversation.Done() && !conversation.Valid() {
			return "", "", errSASL
		}
		return challenge, "", nil
	}
}

// credentials derives from an account's password what SCRAM needs to check it, once
// for each account: who has not logged in could have the kernel do it again and
// again otherwise.
func (s *Server) credentials(name string) (scram.StoredCredentials, error) {
	password, ok := s.config.Accounts[name]
	if !ok {
		return scram.StoredCredentials{}, errSASL
	}
	if known, ok := s.stored[name]; ok {
		return known, nil
	}
	client, err := scram.SHA256.NewClient(name, password, "")
	if err != nil {
		return scram.StoredCredentials{}, err
	}
	stored, err := client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: rand.Text(), Iters: scramIterations})
	if err == nil {
		s.stored[name] = stored
	}
	return stored, err
}
