package cluster

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	protoactor "github.com/asynkron/protoactor-go/cluster"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
)

// Config configures a node's membership of a cluster; all fields are optional.
// Either Seeds or Provider find the other nodes; with neither the node is alone
// until others find it.
type Config struct {
	// Name is the cluster's name. Nodes of differently named clusters are not
	// members of each other's, even if they are linked. If empty, it is "poe".
	Name string
	// Seeds maps the names of some nodes of the cluster to their host:port;
	// they report the others. The node itself may be among them, so that all
	// nodes can have the same list. Nodes that are not in each other's Peers
	// need node.Config.Strangers to connect.
	Seeds map[string]string
	// Provider finds the nodes in place of Seeds: protoactor-go's automanaged,
	// consul, etcd, kubernetes, or another implementation. Join starts it and
	// Leave shuts it down. Its id of a member is the node's name, a dot, and a
	// suffix which differs with each start.
	Provider protoactor.ClusterProvider
	// Kinds are the virtual sessions that this node may run, by name. A name
	// has no slash, and "cluster" is reserved.
	Kinds map[string]Kind
	// Resync is the interval at which nodes compare their knowledge of each
	// other; changes are sent at once as well. 0 is 2 seconds.
	Resync time.Duration
	// Forget is how long the node attempts to reach a member that is down and
	// not among Seeds. 0 is 1 minute.
	Forget time.Duration
	// Logger logs errors, and the warnings of the provider. If nil, it is the
	// kernel's.
	Logger *slog.Logger
}

// ErrTaken indicates that a session on another node owns that alias. It is
// kernel.ErrAliasInUse as well.
var ErrTaken = fmt.Errorf("cluster: alias belongs to another node: %w", kernel.ErrAliasInUse)

// ErrNobody indicates that no session in the cluster has claimed that alias,
// and that no node runs sessions of that kind. It is kernel.ErrNoSession as
// well.
var ErrNobody = fmt.Errorf("cluster: nobody has that alias: %w", kernel.ErrNoSession)

// ErrLeft indicates that this node has left the cluster, or, in Member.Err,
// that the other one has.
var ErrLeft = errors.New("cluster: left")

// maxName bounds aliases, topics and the cluster's name.
const maxName = 512

// settle checks the configuration and fills in what is left out.
func (c *Config) settle() error {
	if c.Name == "" {
		c.Name = "poe"
	}
	if len(c.Name) > maxName {
		return configError("Name", fmt.Errorf("is longer than %d bytes", maxName))
	}
	if c.Provider != nil && len(c.Seeds) > 0 {
		return configError("Seeds", errors.New("are not used with a Provider"))
	}
	for name, address := range c.Seeds {
		if name == "" || len(name) > maxName {
			return configError("Seeds", fmt.Errorf("%q: a name must have 1 to %d bytes", name, maxName))
		}
		if _, _, err := net.SplitHostPort(address); err != nil {
			return configError("Seeds", err)
		}
	}
	for _, d := range []struct {
		field  string
		value  *time.Duration
		preset time.Duration
	}{{"Resync", &c.Resync, 2 * time.Second}, {"Forget", &c.Forget, time.Minute}} {
		if *d.value < 0 {
			return configError(d.field, fmt.Errorf("%v is negative", *d.value))
		}
		if *d.value == 0 {
			*d.value = d.preset
		}
	}
	return c.settleKinds()
}

func (c *Config) settleKinds() error {
	for name, kind := range c.Kinds {
		switch {
		case name == "cluster":
			return configError("Kinds", errors.New(`"cluster" is the package's own`))
		case name == "" || len(name) > maxName || strings.Contains(name, "/"):
			return configError("Kinds", fmt.Errorf("%q: a name must have 1 to %d bytes and no slash", name, maxName))
		case kind.Start == nil:
			return configError("Kinds", fmt.Errorf("%q: no Start", name))
		case len(kind.Events) == 0:
			return configError("Kinds", fmt.Errorf("%q: no Events", name))
		case kind.Max < 0:
			return configError("Kinds", fmt.Errorf("%q: Max %d is negative", name, kind.Max))
		}
		for _, event := range kind.Events {
			if event != node.AnyEvent && (event == "" || strings.HasPrefix(event, "_")) {
				return configError("Kinds", fmt.Errorf("%q: event %q cannot be published", name, event))
			}
		}
	}
	return nil
}

// configError is the error of a field that cannot be used.
func configError(field string, err error) error {
	return &kernel.ConfigError{Package: "cluster", Field: field, Err: err}
}

// callError names the method and its subject in front of a reason.
func callError(method, subject string, err error) error {
	return fmt.Errorf("cluster: %s(%s): %w", method, subject, err)
}
