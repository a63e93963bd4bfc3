package inspect

import (
	"net/http"

	"github.com/gopoe/poe/kernel/observe"
)

// maxNodes is how many nodes and clusters are listed, each.
const maxNodes = 50

// nodes lists the nodes and clusters that the kernel is part of, as each describes
// itself.
func (i *Inspector) nodes(r *http.Request) (any, error) {
	nodes, clusters := []Server{}, []Server{}
	err := i.walk(r.Context(), func(page []observe.SessionInfo) {
		for _, s := range page {
			switch {
			case s.Role == "node" && len(nodes) < maxNodes:
				nodes = append(nodes, i.server1(s))
			case s.Role == "cluster" && len(clusters) < maxNodes:
				clusters = append(clusters, i.server1(s))
			}
		}
	})
	return map[string]any{"Nodes": nodes, "Clusters": clusters}, err
}
