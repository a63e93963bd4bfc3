package node

import (
	"encoding/binary"
	"time"
)

// clocks is how far the wall clocks of two nodes are apart, as the pings between
// them show. A ping has the time at which it was sent, and its pong that time and
// the one at which it was answered, eight bytes each; a node that sends none of
// them is as good.
type clocks struct {
	trip time.Duration // of the ping and its pong, the last time; 0 if it is not known
	skew time.Duration // how far the other clock is ahead, give or take half of trip
}

// stamp makes the payload of a ping, for nil, or of the pong that answers it.
func (n *Node) stamp(ping *frame) []byte {
	now := uint64(n.wall().UnixNano())
	if ping == nil {
		return binary.BigEndian.AppendUint64(nil, now)
	}
	if len(ping.payload) != 8 {
		return nil
	}
	return binary.BigEndian.AppendUint64(ping.payload[:8:8], now)
}

// maxTrip is how long a ping may take to say something of the clocks.
const maxTrip = time.Minute

// note reads the payload of a pong.
func (c *clocks) note(payload []byte, now time.Time) {
	if len(payload) != 16 {
		return
	}
	sent, answered := int64(binary.BigEndian.Uint64(payload)), int64(binary.BigEndian.Uint64(payload[8:]))
	trip := time.Duration(now.UnixNano() - sent)
	if trip <= 0 || trip > maxTrip {
		return
	}
	c.trip, c.skew = trip, time.Duration(answered-sent)-trip/2
}
