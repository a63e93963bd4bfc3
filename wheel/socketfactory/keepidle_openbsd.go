package socketfactory

// keepIdle is unknown here: the system probes idle connections when it likes.
const keepIdle = 0
