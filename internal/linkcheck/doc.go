// Package linkcheck holds the tests of what programs link: kernel depends on
// nothing but golang.org/x/sys, and a program without actors or nodes links
// neither protoactor-go nor grpc nor a metrics library.
package linkcheck
