//go:build linux

package perl

// Version returns the version of a package, or nil if it is unknown.
func Version(name string) any {
	if v := classOf(name).vers; v != nil {
		return v
	}
	switch name {
	case "POE", "POE::Kernel", "POE::Session":
		return "1.370"
	}
	return nil
}

// SetVersion sets the version of a package. Perl: $VERSION.
func SetVersion(name string, v any) { classOf(name).vers = v }

// classVersion returns the version of a class, and dies if one that is asked for is
// greater.
func classVersion(name string, args []any) any {
	v := classOf(name).vers
	if len(args) > 0 {
		if v == nil {
			Die("%s does not define $%s::VERSION--version check failed", name, name)
		}
		if Num(v) < Num(args[0]) {
			Die("%s version %s required--this is only version %s", name, Str(args[0]), Str(v))
		}
	}
	return v
}
