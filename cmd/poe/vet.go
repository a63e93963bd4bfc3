package main

import (
	"io"
	"os"

	"golang.org/x/tools/go/analysis/multichecker"

	"github.com/gopoe/poe/internal/vet"
)

// runVet is poe vet. It ends the process: the analysis driver does so itself.
func runVet(args []string, _, _ io.Writer) (int, error) {
	os.Args = append([]string{"poe-vet"}, args...)
	multichecker.Main(vet.Analyzers...)
	return 0, nil
}
