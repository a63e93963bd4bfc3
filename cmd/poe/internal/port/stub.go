package port

type variable struct{}
type function struct{}
