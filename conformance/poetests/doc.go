// Package poetests checks what POE's own tests check: those of POE 1.370's t/
// and of POE::Test::Loops. Each test here is named after one file of POE's and
// makes sure of the same promises in its own way; small relatives share a file.
//
//	units_…       t/10_units
//	resources_…   t/20_resources
//	regression_…  t/90_regression
//	loops_…       POE::Test::Loops, on every loop that the system has
//
// docs/poe-tests.md lists all of POE's files, with those that have no meaning
// in Go. The number of assertions that it shows for a test is compared with
// those that the test has made whenever the whole package is tested.
package poetests
