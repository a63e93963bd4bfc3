package websocket

import (
	"encoding/binary"
	"strconv"
	"unicode/utf8"
)

// Text is a text message; it is valid UTF-8.
type Text string

// Binary is a binary message.
type Binary []byte

// Ping requests a [Pong] with the same payload, of at most 125 bytes.
type Ping []byte

// Pong is the answer to a [Ping], or a heartbeat without one.
type Pong []byte

// Close ends the connection: input after it is dropped.
type Close struct {
	// Code is the reason as a number, [CodeNone] if the frame has none.
	Code Code
	// Reason is the reason as text, at most 123 bytes.
	Reason string
}

// Code is the status code of a Close.
type Code uint16

// The codes of RFC 6455 and of IANA's registry that may be sent. 3000 to 4999
// are free for libraries and programs.
const (
	CodeNormal             Code = 1000
	CodeGoingAway          Code = 1001
	CodeProtocolError      Code = 1002
	CodeUnsupportedData    Code = 1003
	CodeNone               Code = 1005 // never on the wire: a Close without a code
	CodeInvalidData        Code = 1007
	CodePolicyViolation    Code = 1008
	CodeMessageTooBig      Code = 1009
	CodeMandatoryExtension Code = 1010
	CodeInternalError      Code = 1011
	CodeServiceRestart     Code = 1012
	CodeTryAgainLater      Code = 1013
	CodeBadGateway         Code = 1014
)

// onWire reports whether a Close may carry this code.
func (c Code) onWire() bool {
	switch {
	case c == 1004 || c == CodeNone || c == 1006:
		return false
	case c >= 1000 && c <= 1014:
		return true
	}
	return c >= 3000 && c <= 4999
}

func parseClose(payload []byte) (any, error) {
	if len(payload) == 0 {
		return Close{Code: CodeNone}, nil
	}
	if len(payload) == 1 {
		return nil, wrong(CodeProtocolError, "close code has one byte")
	}
	code, reason := Code(binary.BigEndian.Uint16(payload)), payload[2:]
	if !code.onWire() {
		return nil, wrong(CodeProtocolError, "close code "+strconv.Itoa(int(code))+" may not be sent")
	}
	if !utf8.Valid(reason) {
		return nil, wrong(CodeInvalidData, "close reason is not UTF-8")
	}
	return Close{Code: code, Reason: string(reason)}, nil
}

func (c Close) payload() ([]byte, error) {
	switch {
	case c.Code == 0 || c.Code == CodeNone:
		if c.Reason != "" {
			return nil, refused("close reason without a code")
		}
		return nil, nil
	case !c.Code.onWire():
		return nil, refused("close code " + strconv.Itoa(int(c.Code)) + " may not be sent")
	case !utf8.ValidString(c.Reason):
		return nil, refused("close reason is not UTF-8")
	}
	return append(binary.BigEndian.AppendUint16(nil, uint16(c.Code)), c.Reason...), nil
}
