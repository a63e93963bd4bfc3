package port

import (
	"maps"
	"slices"
)

// explanations say what the codes of reports mean. They are stable: a code is never
// used for something else.
var explanations = map[string]string{
	"P0001": "The statement was not understood: it may be wrong, or use syntax that is refused, such as given, formats, try of a module, attributes or source filters. Write it in plain Perl, or translate it by hand.",
	"P0002": "The statement is of a kind that has no translation.",
	"P0003": "The translator itself failed on the statement, which is wrong in Perl or shows a fault of poe port. Translate it by hand, and report it.",
	"P0100": "The expression is of a kind that has no translation.",
	"P0101": "The flip-flop operator (.. in scalar context). Keep a bool in a variable.",
	"P0102": "sort in scalar context has no meaning in Perl either.",
	"P0103": "return, next or last inside of an expression. Write it as a statement of its own: if (...) { return }.",
	"P0104": "local inside of an expression. Write it as a statement of its own.",
	"P0105": "The number was not understood.",
	"P0106": "The special variable is not known.",
	"P0107": "The variable belongs to a module that is not translated with the program: setting it has no effect. Pass the setting to what takes the place of the module.",
	"P0108": "What is used as an array or a hash here is no expression that can be one.",
	"P0109": "A symbolic reference: a variable whose name is computed. Use a hash.",
	"P0110": "A typeglob is dereferenced.",
	"P0111": "$_[N] with a number in a handler. Use POE's constants: $_[ARG0].",
	"P0113": "The operator has no translation.",
	"P0114": "A handler changes @_. Copy what it needs: my @args = @_[ARG0 .. $#_].",
	"P0115": "A conditional as the target of an assignment. Use if.",
	"P0116": "The target of the assignment is not one that is understood.",
	"P0117": "The special variable cannot be set.",
	"P0118": "A state variable in an expression. Declare it as a statement.",
	"P0119": "A state variable that is a list.",
	"P0120": "An operator with = on a list.",
	"P0121": "A list that is returned has no translation in scalar context.",
	"P0201": "local in a block that return, next or last leave. Put the block into a sub.",
	"P0204": "last or next in do { } while. Use a while loop.",
	"P0205": "A foreach loop whose variable is one of Perl's own, other than $_. Use my.",
	"P0206": "A foreach loop with a variable of the package that the loop changes, or that return leaves. Use my.",
	"P0207": "redo inside of a block that is a function in Go, such as eval { }. Elsewhere redo is translated.",
	"P0208": "next or last that leaves a sub, or a block which is a function in Go, or names a label that no loop of the function has. In eval { } as a statement next and last without a label are translated.",
	"P0301": "A sub that is defined twice: the first is not translated.",
	"P0302": "The loop changes its variable, and its list is made of an array by something else, such as a conditional. Loops over arrays, slices, values of a hash, variables and lists of these change the originals.",
	"P0303": "return inside of do { }, map, grep or s///e leaves the sub; the block is a function in Go. Use if and a variable, or a loop. (In eval { } return leaves the block, in both.)",
	"P0304": "Assignment to a typeglob of other than a sub: an alias of a variable. Use a reference.",
	"P0306": "local of an element of @_, or of a typeglob with a value that is no code. local of variables, of lists of them, of elements of arrays and hashes, of handles and of subs is translated.",
	"P0307": "A block where a sub is expected.",
	"P0308": "A sub changes its arguments, and this call gives it a list in front of others: what is behind the list stays as it is.",
	"P0401": "The pattern uses what neither engine has: code in patterns, recursion, verbs, branch reset, \\K; or it is empty, which in Perl is the last one that has matched.",
	"P0402": "m//g in scalar context on this expression. Copy it to a variable.",
	"P0403": "map or grep changes $_ where its list is no array: what it returns is right; if parts of the list are variables, in Perl those change as well. Over an array the elements change, as in Perl.",
	"P0404": "sort by a sub that is not in the program.",
	"P0500": "The function has no translation.",
	"P0501": "do FILE, or require of a file whose name is computed or that is not found beside the program. Files that require names, and the packages that use and require find under lib or use lib, are translated with the program.",
	"P0502": "tie. Use methods.",
	"P0503": "fork. Go cannot fork a running program: use wheel/run or os/exec to start a new one, or wheel/run.Functions for a function of this one.",
	"P0504": "exists on what is no element of a hash or an array, and no sub.",
	"P0505": "delete local. Delete the element, and put it back at the end of the block.",
	"P0506": "delete of what is no element or slice.",
	"P0507": "undef of a sub. Use a table of subs.",
	"P0508": "open with one argument. Name the file as the second.",
	"P0509": "select with two or three arguments, or more than four.",
	"P0510": "goto. (goto &sub is translated as a call.)",
	"P0511": "eval of a string. Use a table of subs.",
	"P0513": "POE::Wheel::Run with a sub as its program: a process of Go cannot be forked. Use wheel/run.Functions.",
	"P0701": "A destructor. Perl ends wheels, postbacks and objects with DESTROY when the last reference to them goes: at the end of a scope, at delete, at an assignment. In Go nothing happens then. Close the wheel, release the postback, call the method, where Perl's scope ends.",
	"P0702": "wantarray. The translated sub is given the context that Perl would give it. Go code that calls it says which one it wants.",
	"P0703": "eval of a string compiles Perl at run time; constant strings are translated, others are not. Use a table of subs.",
	"P0704": "local in a handler. The old value is back when the handler returns; events that it posted are handled after that, in Perl as in Go. Put the value into the heap or the event's arguments if they need it.",
	"P0705": "tie. A tied variable runs code when it is read or set. Use methods.",
	"P0706": "Child processes. The kernel waits for each child that it was given, by its ID, and for no other: $SIG{CHLD}, wait and waitpid would take statuses from it. Use sig_child, in Go k.SigChild, or wheel/run's Exit event.",
	"P0707": "fork. Go cannot fork a running program: use wheel/run or os/exec for a new one, Offload for a function, wheel/run.Functions for a function in a process of its own.",
	"P0708": "The call waits, and all sessions with it, in Perl as in Go. Use delay in place of sleep; Offload, or wheel/run, in place of system and backticks.",
	"P0709": "Formats (format, write, formline) have no translation. Use printf, or text/template.",
	"P0710": "The pattern uses what RE2, the engine of Go's regexp, does not have: look-around, back references, possessive quantifiers, \\G, atomic groups. It runs on regexp2, which backtracks as Perl does: a peer's input can make it slow. Write the pattern without them if strangers decide what it is matched with.",
	"P0711": "weaken. Go collects what refers to itself, so nothing leaks; but a weak reference does not become undef when the last strong one goes. Set it to undef where the program counts on that.",
	"P0712": "A reference to a variable of the package which local replaces elsewhere. local makes a new variable in Perl: a reference that was made before still points to the old one. In Go there is one variable with another value. Use my, or do not keep the reference across local.",
	"P0713": "Carp's stack of calls. confess, cluck and longmess list the calls that led to the message, croak and carp do so where all callers are of one package. The translation has the first line only, which names the caller's line.",
	"P0714": "Characters. Strings of the translation hold bytes, as Go's do; text that Perl decodes stays UTF-8. What is written is the same; length, substr, index, ord, sprintf's widths and patterns count bytes. Use unicode/utf8 where characters are counted.",
	"P0718": "Numbers and texts that are shown apart. Data::Dumper quotes texts and not numbers, and JSON does the same; a text which has been used as a number counts as a number for them in Perl, and stays a text in the translation. Add 0 to what must be shown as a number.",
	"P0717": "The value of a sub that ends in an if of which no branch runs. In Perl it is that of the condition: an empty string of a comparison, 0 of an empty array, and of a call whatever it has returned. The translation keeps those that it can tell, and returns false for the others. Return a value.",
	"P0715": "%INC, @INC and FindBin. The translation is one program in which nothing is loaded when it runs: test for the feature, not for the module. Where Perl finds the directory of the script, it finds that of the executable: put files that the program reads beside it.",
	"P0716": "Under use strict a variable is used of which the translation has seen no declaration. It may come from a module that is not translated, or from a string that Perl evaluates. The port has a package variable in its place, which nothing else sets: give it its value.",
	"P0602": "An operator is overloaded that has no translation: an assignment operator of its own, ++, <>, abs, iterators. Use a method.",
	"P0603": "The function is neither the program's nor one of a module that is known.",
	"P0604": "A function of List::Util without a block.",
}

// What P0112, P0203, P0305 and P0512 stood for is translated: %+ as a whole, continue
// blocks with next, local with a list of variables, and file tests of _.

// Codes returns all codes, in order.
func Codes() []string { return slices.Sorted(maps.Keys(explanations)) }

// Explain returns what a code means.
func Explain(code string) (string, bool) {
	text, ok := explanations[code]
	return text, ok
}
