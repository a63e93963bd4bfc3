package websocket

import (
	"encoding/binary"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/filter/internal/limits"
)

// opcode is the kind of a frame.
type opcode byte

const (
	opContinue opcode = 0x0
	opText     opcode = 0x1
	opBinary   opcode = 0x2
	opClose    opcode = 0x8
	opPing     opcode = 0x9
	opPong     opcode = 0xA
)

func (op opcode) isControl() bool { return op >= opClose }

func (op opcode) isKnown() bool { return op <= opBinary || op >= opClose && op <= opPong }

const (
	bitFinal    = 0x80
	bitsReserve = 0x70
	bitMasked   = 0x80
	maxControl  = 125
)

// header is what stands before the payload of a frame.
type header struct {
	op     opcode
	final  bool
	masked bool
	mask   [4]byte
	size   int // of the header itself
	length int // of the payload
}

// header reads and checks the header at the front of buf. ErrMore means that
// the frame is not yet here as a whole.
func (f *Filter) header(buf []byte) (header, error) {
	if len(buf) < 2 {
		return header{}, filter.ErrMore
	}
	h := header{
		op:     opcode(buf[0] & 0x0F),
		final:  buf[0]&bitFinal != 0,
		masked: buf[1]&bitMasked != 0,
		size:   2,
	}
	if err := f.checkHeader(h, buf[0], buf[1]&^bitMasked); err != nil {
		return h, err
	}
	length, err := h.readLength(buf)
	if err != nil {
		return h, err
	}
	if !h.op.isControl() && length > uint64(f.config.MaxLength-len(f.message)) {
		return h, limits.Exceeded(name, "decode", "MaxLength", f.config.MaxLength)
	}
	h.length = int(length)
	if h.masked {
		if len(buf) < h.size+4 {
			return h, filter.ErrMore
		}
		copy(h.mask[:], buf[h.size:])
		h.size += 4
	}
	if len(buf)-h.size < h.length {
		return h, filter.ErrMore
	}
	return h, nil
}

// checkHeader judges the two bytes that every frame begins with.
func (f *Filter) checkHeader(h header, first, short byte) error {
	inside := f.kind != opContinue
	switch {
	case first&bitsReserve != 0:
		return wrong(CodeProtocolError, "reserved bit is set, though no extension was agreed on")
	case !h.op.isKnown():
		return wrong(CodeProtocolError, "unknown opcode")
	case h.masked && f.config.Client:
		return wrong(CodeProtocolError, "server's frame is masked")
	case !h.masked && !f.config.Client:
		return wrong(CodeProtocolError, "client's frame is not masked")
	case h.op.isControl() && !h.final:
		return wrong(CodeProtocolError, "control frame is a fragment")
	case h.op.isControl() && short > maxControl:
		return wrong(CodeProtocolError, "control frame has more than 125 bytes")
	case h.op == opContinue && !inside:
		return wrong(CodeProtocolError, "nothing to continue")
	case !h.op.isControl() && h.op != opContinue && inside:
		return wrong(CodeProtocolError, "new message inside a fragmented one")
	}
	return nil
}

// readLength reads the length of the payload and moves h.size past it.
func (h *header) readLength(buf []byte) (uint64, error) {
	length := uint64(buf[1] &^ bitMasked)
	least := uint64(0)
	switch length {
	case 126:
		if len(buf) < 4 {
			return 0, filter.ErrMore
		}
		h.size, least, length = 4, 126, uint64(binary.BigEndian.Uint16(buf[2:]))
	case 127:
		if len(buf) < 10 {
			return 0, filter.ErrMore
		}
		h.size, least, length = 10, 1<<16, binary.BigEndian.Uint64(buf[2:])
	}
	switch {
	case length >= 1<<63:
		return 0, wrong(CodeProtocolError, "length has its highest bit set")
	case length < least:
		return 0, wrong(CodeProtocolError, "length is not written in the shortest form")
	}
	return length, nil
}

// unmask undoes the peer's mask, if there is one.
func (h header) unmask(payload []byte) {
	if h.masked {
		applyMask(payload, h.mask)
	}
}

// applyMask masks or unmasks payload, eight bytes at a time.
func applyMask(payload []byte, mask [4]byte) {
	word := binary.LittleEndian.Uint32(mask[:])
	wide := uint64(word)<<32 | uint64(word)
	for len(payload) >= 8 {
		binary.LittleEndian.PutUint64(payload, binary.LittleEndian.Uint64(payload)^wide)
		payload = payload[8:]
	}
	for i := range payload {
		payload[i] ^= mask[i&3]
	}
}
