package stomp

import (
	"errors"
	"fmt"
	"time"
)

// ErrVersion is the error of frames that a version of STOMP does not have.
var ErrVersion = errors.New("stomp: the version of the protocol does not have this frame")

// Connect returns the frame that begins a conversation with a broker, in any version
// of the protocol. An empty login and passcode are not sent, nor is a heartBeat below a
// millisecond: it is the interval of heart-beats in both directions.
func Connect(host, login, passcode string, heartBeat time.Duration) *Frame {
	f := NewFrame("CONNECT", "accept-version", "1.0,1.1,1.2", "host", host)
	if login != "" || passcode != "" {
		f.Add("login", login)
		f.Add("passcode", passcode)
	}
	if beat := heartBeat.Milliseconds(); beat > 0 {
		f.Add("heart-beat", fmt.Sprintf("%d,%d", beat, beat))
	}
	return f
}

// Acknowledge returns the frame that acknowledges a message, with the command "ACK" or
// "NACK", in a version of the protocol. The subscription is the ID of the message's. The
// error is ErrVersion for NACK in version 1.0.
func Acknowledge(command string, message *Frame, version, subscription string) (*Frame, error) {
	id, _ := message.Header("message-id")
	switch {
	case version == "1.0" && command == "NACK":
		return nil, ErrVersion
	case version == "1.0":
		return NewFrame(command, "message-id", id), nil
	case version == "1.1":
		return NewFrame(command, "message-id", id, "subscription", subscription), nil
	}
	id, _ = message.Header("ack")
	return NewFrame(command, "id", id), nil
}
