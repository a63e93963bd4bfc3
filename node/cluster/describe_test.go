package cluster_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel/observe"
)

// An inspector sees the links with their windows and clocks, the members, and the
// aliases with their owners.
func TestDescribe(t *testing.T) {
	c, north, south := trio(t)
	require.Equal(t, "", c.ask(south, "claim", "chargen"))
	require.Equal(t, "", c.ask(north, "claim", "stock"))
	rows := func(role, table string) (list []map[string]any) {
		c.do(func() {
			v := c.k.Host().Inspect()
			page, _, _ := v.Sessions(make([]observe.SessionInfo, 0, 100), 0)
			for _, s := range page {
				if s.Role != role {
					continue
				}
				for _, f := range v.Describe(s.Number) {
					if f.Name != table {
						continue
					}
					for _, row := range f.Value.([][]observe.Field) {
						all := map[string]any{}
						for _, f := range row {
							all[f.Name] = f.Value
						}
						list = append(list, all)
					}
				}
			}
		})
		return list
	}
	owners := func() map[any]any {
		all := map[any]any{}
		for _, a := range rows("cluster", "aliases") {
			all[a["alias"]] = a["owner"]
		}
		return all
	}
	eventually(t, func() bool { o := owners(); return o["chargen"] == "south" && o["stock"] == "north" }, "both are known here")
	for _, a := range rows("cluster", "aliases") {
		require.Equal(t, uint64(1), a["epoch"])
	}
	members := rows("cluster", "members")
	require.Len(t, members, 3)
	for i, name := range []string{"client", "north", "south"} {
		require.Equal(t, name, members[i]["node"])
		require.Equal(t, true, members[i]["member"])
	}
	eventually(t, func() bool {
		links := rows("node", "links")
		return len(links) == 2 && links[0]["skew"] != nil && links[1]["skew"] != nil
	}, "the clocks have been compared")
	for _, l := range rows("node", "links") {
		require.Equal(t, "up", l["state"])
		require.InDelta(t, 0, l["skew"], l["round trip"].(float64), "the same clock")
		require.Positive(t, l["window limit"])
	}
}
