package node_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/node"
)

func TestFrames(t *testing.T) {
	good := node.PostFrame(7, 1, "a", "127.0.0.1:1", "echo", "tick", []byte("args"))
	require.Equal(t, good, node.ReadFrame(good))
	for n := range len(good) - len("args") {
		require.Nil(t, node.ReadFrame(good[:n]), "cut after %d", n)
	}
	for name, bad := range map[string][]byte{
		"no incarnation": node.PostFrame(0, 1, "a", "b", "echo", "tick", nil),
		"no number":      node.PostFrame(7, 0, "a", "b", "echo", "tick", nil),
		"no node":        node.PostFrame(7, 1, "", "b", "echo", "tick", nil),
		"no address":     node.PostFrame(7, 1, "a", "", "echo", "tick", nil),
		"long name":      node.PostFrame(7, 1, "a", "b", string(make([]byte, 5000)), "tick", nil),
		"other version":  append([]byte{99}, good[1:]...),
		"unknown verb":   append([]byte{1, 99}, good[2:]...),
		"verb 0":         append([]byte{1, 0}, good[2:]...),
	} {
		require.Nil(t, node.ReadFrame(bad), name)
	}
}

// Whatever is read as a frame means the same when it is written again.
func FuzzFrame(f *testing.F) {
	f.Add(node.PostFrame(7, 1, "a", "127.0.0.1:1", "echo", "tick", []byte("args")))
	f.Add([]byte{1, 2, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		once := node.ReadFrame(data)
		if once == nil {
			return
		}
		if twice := node.ReadFrame(once); !bytes.Equal(once, twice) {
			t.Fatalf("% x became % x", once, twice)
		}
	})
}
