package kernel

// FalsifyBooks makes one of the kernel's counters wrong.
func (k *Kernel) FalsifyBooks() { k.extrefs++ }
