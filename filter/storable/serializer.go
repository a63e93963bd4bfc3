package storable

// Serializer freezes and thaws the records of POE's Reference filter, as
// Storable does for POE by default: nfreeze, and thaw of either order. The zero
// value is ready for use and has the default limits. It is safe on any
// goroutine.
type Serializer struct {
	Marshal   MarshalOptions
	Unmarshal UnmarshalOptions
}

// Freeze is Marshal with s.Marshal's options: v must be what Perl calls a
// reference.
func (s Serializer) Freeze(v any) ([]byte, error) {
	return s.Marshal.Marshal(v)
}

// Thaw is Unmarshal with s.Unmarshal's options.
func (s Serializer) Thaw(data []byte) (any, error) {
	return s.Unmarshal.Unmarshal(data)
}
