// Package quiet makes actor systems that say no more than a user of nodes
// wants to read.
package quiet

import (
	"context"
	"log/slog"

	"github.com/asynkron/protoactor-go/actor"
)

// NewSystem makes an actor system whose library logs warnings and errors to
// log, and neither the debugging that it does at lower levels nor dead letters.
func NewSystem(log *slog.Logger) *actor.ActorSystem {
	quiet := slog.New(handler{log.Handler()})
	return actor.NewActorSystem(actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return quiet }),
		actor.WithDeadLetterRequestLogging(false))
}

// handler lets only warnings pass, and what is worse.
type handler struct{ slog.Handler }

func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

// expected are messages about what belongs to a node's life: it stops the library's
// own server as soon as that has started, and reports itself, by the name of the
// node, when a link ends or cannot be made.
var expected = map[string]bool{
	"gRPC server stopped":                               true,
	"EndpointWriter lost connection":                    true,
	"EndpointWriter failed to connect":                  true,
	"EndpointWriter failed to create receive stream":    true,
	"EndpointWriter failed to send connect request":     true,
	"EndpointWriter failed to receive connect response": true,
	"EndpointWriter error when closing the stream":      true,
	"EndpointWriter error when closing the client conn": true,
}

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if expected[r.Message] {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs)}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name)}
}
