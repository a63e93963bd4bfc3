// Package docs holds the documentation. Its tests keep the documentation true:
// they compare the table of POE's names with the code, with the tests and with
// POE's own manuals, and compile every block of Go in the pages.
package docs
