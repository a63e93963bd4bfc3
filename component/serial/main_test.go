//go:build unix

package serial_test

import (
	"testing"

	"github.com/gopoe/poe/internal/leakcheck"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }
