package inspect

import (
	"errors"
	"net/http"
)

// maxNodes is how many nodes and clusters are listed, each.
const maxNodes = 50

// nodes lists the nodes and clusters that the kernel is part of, as each describes
// itself.
func (i *Inspector) nodes(r *http.Request) (any, error) {
	var nodes, clusters []SessionRow
	err := i.walk(r.Context(), func(page []SessionRow) {
		for _, s := range page {
			switch {
			case s.Role == "node" && len(nodes) < maxNodes:
				nodes = append(nodes, s)
			case s.Role == "cluster" && len(clusters) < maxNodes:
				clusters = append(clusters, s)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	all, err1 := i.describe(r.Context(), nodes, itemsOfNode)
	joined, err2 := i.describe(r.Context(), clusters, itemsOfNode)
	return map[string]any{"Nodes": all, "Clusters": joined}, errors.Join(err1, err2)
}
