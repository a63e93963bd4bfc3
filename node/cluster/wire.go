package cluster

import (
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// update is what one node sends another: the entries that lead from one version
// of its book to another. It travels as bytes, whatever the nodes' codec is.
// Fields that a node does not know are ignored.
type update struct {
	Boot    uint64   `cbor:"1,keyasint"` // this joining of the cluster
	From    uint64   `cbor:"2,keyasint"`
	To      uint64   `cbor:"3,keyasint"`
	More    bool     `cbor:"4,keyasint,omitempty"` // other updates follow
	Entries []entry  `cbor:"5,keyasint,omitempty"`
	Address string   `cbor:"6,keyasint"`
	Members []member `cbor:"7,keyasint,omitempty"` // some that the sender sees
	Rulings []ruling `cbor:"8,keyasint,omitempty"` // all that concern the receiver
}

// ruling states that an alias which the receiver has claimed is a third node's, as
// the sender sees it. The receiver may not see that node itself.
type ruling struct {
	Alias string `cbor:"1,keyasint"`
	Node  string `cbor:"2,keyasint"`
	Epoch uint64 `cbor:"3,keyasint"`
	Since int64  `cbor:"4,keyasint"`
}

// member is a node that another one names.
type member struct {
	Name    string `cbor:"1,keyasint"`
	Address string `cbor:"2,keyasint"`
}

// answer is what the other node says to an update.
type answer struct {
	Have    uint64 `cbor:"1,keyasint"` // the version that it knows now
	Refused string `cbor:"2,keyasint,omitempty"`
}

const (
	entryOverhead = 32       // of an entry beside its name, about
	maxUpdate     = 32 << 10 // bytes of entries in an update
	maxTold       = 64       // members in an update
	maxRulings    = 2048     // in an update
	maxEntries    = 1 << 17  // of one node
	maxEpoch      = 1 << 62  // leaves space for later claims
)

// newReader makes the rules for what comes from other nodes.
func newReader() (cbor.DecMode, error) {
	return cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, MaxNestedLevels: 5, MaxArrayElements: 1 << 16, MaxMapPairs: 32}.DecMode()
}

// readUpdate decodes an update and checks all that it says.
func readUpdate(reader cbor.DecMode, data []byte) (*update, error) {
	var u update
	if err := reader.Unmarshal(data, &u); err != nil {
		return nil, err
	}
	if u.Boot == 0 || u.From > u.To || len(u.Address) > maxName || len(u.Members) > maxTold {
		return nil, fmt.Errorf("update from %d to %d with %d members", u.From, u.To, len(u.Members))
	}
	for i := range u.Entries {
		if e := &u.Entries[i]; e.Class == 0 || e.Class >= classLast || e.Name == "" || len(e.Name) > maxName || e.Epoch > maxEpoch {
			return nil, fmt.Errorf("entry %d of class %d with a name of %d bytes and epoch %d", i, e.Class, len(e.Name), e.Epoch)
		}
	}
	for _, m := range u.Members {
		if m.Name == "" || len(m.Name) > maxName || len(m.Address) > maxName {
			return nil, fmt.Errorf("member with a name of %d bytes at an address of %d", len(m.Name), len(m.Address))
		}
	}
	if len(u.Rulings) > maxRulings {
		return nil, fmt.Errorf("%d rulings", len(u.Rulings))
	}
	for _, r := range u.Rulings {
		if r.Alias == "" || len(r.Alias) > maxName || r.Node == "" || len(r.Node) > maxName || r.Epoch > maxEpoch {
			return nil, fmt.Errorf("ruling on a name of %d bytes, for one of %d, of epoch %d", len(r.Alias), len(r.Node), r.Epoch)
		}
	}
	return &u, nil
}
