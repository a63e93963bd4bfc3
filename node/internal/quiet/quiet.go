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

// serverStopped is what the library says of its own server, which nodes stop as
// soon as it has started.
const serverStopped = "gRPC server stopped"

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == serverStopped {
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
