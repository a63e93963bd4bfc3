package docs

import _ "embed"

// CPAN is the page cpan.md: which modules of CPAN programs use, and what takes
// their place. The command poe reads its tables for reports.
//
//go:embed cpan.md
var CPAN string
