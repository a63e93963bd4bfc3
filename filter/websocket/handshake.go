package websocket

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// AcceptKey returns the header Sec-WebSocket-Accept of the response for the
// Sec-WebSocket-Key of a request.
func AcceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// NewKey returns a new random Sec-WebSocket-Key for a client.
func NewKey() string {
	var key [16]byte
	rand.Read(key[:]) // never fails: it ends the program instead
	return base64.StdEncoding.EncodeToString(key[:])
}

// Upgrade makes the response to a client's request to switch to WebSocket: the
// response that accepts it (101), or, with a *[HandshakeError], the response
// that reports what is wrong with the request (400, 405, 426). After the 101 is
// put, the program replaces the connection's filters with one of this package.
//
// No subprotocol is selected; a program that supports one sets
// Sec-WebSocket-Protocol in the response. The program must check first who may
// connect, by Origin for example.
func Upgrade(r *http.Request) (*http.Response, error) {
	key := strings.TrimSpace(r.Header.Get("Sec-WebSocket-Key"))
	raw, err := base64.StdEncoding.DecodeString(key)
	switch {
	case r.Method != http.MethodGet:
		return refuse(r, http.StatusMethodNotAllowed, "method is not GET")
	case !r.ProtoAtLeast(1, 1):
		return refuse(r, http.StatusBadRequest, "request is older than HTTP/1.1")
	case !hasToken(r.Header, "Connection", "upgrade") || !hasToken(r.Header, "Upgrade", "websocket"):
		return refuse(r, http.StatusUpgradeRequired, "request asks for no upgrade to websocket")
	case r.Header.Get("Sec-WebSocket-Version") != "13":
		return refuse(r, http.StatusUpgradeRequired, "version is not 13")
	case len(r.Header.Values("Sec-WebSocket-Key")) != 1 || err != nil || len(raw) != 16:
		return refuse(r, http.StatusBadRequest, "key is not 16 bytes in base64")
	}
	response := newResponse(r, http.StatusSwitchingProtocols)
	response.Header.Set("Upgrade", "websocket")
	response.Header.Set("Connection", "Upgrade")
	response.Header.Set("Sec-WebSocket-Accept", AcceptKey(key))
	return response, nil
}

// HandshakeError describes why a request could not be upgraded.
type HandshakeError struct{ Reason string }

// Error returns the reason.
func (e *HandshakeError) Error() string { return "websocket: handshake: " + e.Reason }

func refuse(r *http.Request, status int, reason string) (*http.Response, error) {
	response := newResponse(r, status)
	response.Header.Set("Content-Length", "0")
	switch status {
	case http.StatusUpgradeRequired:
		response.Header.Set("Upgrade", "websocket")
		response.Header.Set("Connection", "Upgrade")
		response.Header.Set("Sec-WebSocket-Version", "13")
	case http.StatusMethodNotAllowed:
		response.Header.Set("Allow", http.MethodGet)
	}
	return response, &HandshakeError{reason}
}

func newResponse(r *http.Request, status int) *http.Response {
	return &http.Response{
		StatusCode: status,
		Status:     strconv.Itoa(status) + " " + http.StatusText(status),
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
		Header:     http.Header{},
		Body:       http.NoBody,
		Request:    r,
	}
}

// hasToken looks for a word in a header that is a list of them.
func hasToken(header http.Header, name, token string) bool {
	for _, line := range header.Values(name) {
		for _, word := range strings.Split(line, ",") {
			if strings.EqualFold(strings.TrimSpace(word), token) {
				return true
			}
		}
	}
	return false
}
