// Command poe-vet finds mistakes in programs made of sessions.
//
//	go run github.com/gopoe/poe/cmd/poe-vet ./...
//	go vet -vettool=$(which poe-vet) ./...
//
// It is poe vet by itself, for go vet and for tools that want a command with no
// subcommands. The checks are described by poe-vet help. With -fix it applies the
// fixes that some of them suggest.
package main

import (
	"golang.org/x/tools/go/analysis/multichecker"

	"github.com/gopoe/poe/internal/vet"
)

func main() { multichecker.Main(vet.Analyzers...) }
