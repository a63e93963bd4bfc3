package node

// PostFrame makes the bytes of a post, as a node that keeps to no window might.
func PostFrame(boot, seq uint64, from, address, to, event string, payload []byte) []byte {
	f := frame{verb: verbPost, boot: boot, epoch: 1, seq: seq, node: from, address: address, to: to, event: event, payload: payload}
	return f.append(nil)
}

// PingFrame makes the bytes of a ping, as somebody might who claims a node's
// name.
func PingFrame(boot, epoch uint64, from, address string) []byte {
	f := frame{verb: verbPing, boot: boot, epoch: epoch, id: 1, node: from, address: address}
	return f.append(nil)
}

// ReadFrame parses bytes and writes what it has read, nil if they are no frame.
func ReadFrame(data []byte) []byte {
	var f frame
	if f.parse(data) != nil {
		return nil
	}
	return f.append(nil)
}

// IsNumbered reports whether bytes are a frame that counts in the window.
func IsNumbered(data []byte) bool {
	var f frame
	return f.parse(data) == nil && f.verb.numbered()
}
