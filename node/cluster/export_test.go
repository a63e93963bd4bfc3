package cluster

import "github.com/fxamacker/cbor/v2"

// ReadUpdate reads an update as from another node, and writes it again.
func ReadUpdate(data []byte) ([]byte, error) {
	reader, err := newReader()
	if err != nil {
		return nil, err
	}
	u, err := readUpdate(reader, data)
	if err != nil {
		return nil, err
	}
	return cbor.Marshal(u)
}

// WriteUpdate makes an update that claims an alias.
func WriteUpdate(boot, from, to uint64, alias string, epoch uint64) ([]byte, error) {
	return cbor.Marshal(&update{
		Boot: boot, From: from, To: to, Address: "127.0.0.1:1",
		Entries: []entry{{Class: classAlias, Name: alias, Epoch: epoch}}, Members: []member{{"other", "127.0.0.1:2"}},
	})
}
