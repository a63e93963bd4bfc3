//go:build unix

package poetests_test

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// programs are what runs in other processes.
var programs = map[string]func(args []string){
	"anew": anew,
	"die":  func([]string) { panic("died") },
	// wait ends with its input.
	"wait": func([]string) { bufio.NewReader(os.Stdin).ReadString('\n') },
	// talk says something small, something large and "done".
	"talk": func([]string) {
		fmt.Println("hello")
		fmt.Println(strings.Repeat("hello world", 1024))
		fmt.Println("done")
	},
	// size tells that of its terminal.
	"size": func([]string) {
		size, err := unix.IoctlGetWinsize(0, unix.TIOCGWINSZ)
		if err != nil {
			panic(err)
		}
		fmt.Printf("rows %d cols %d x %d y %d\n", size.Row, size.Col, size.Xpixel, size.Ypixel)
	},
	// tell reads commands of the form "out TEXT!" and obeys them.
	"tell": func(args []string) { tell(args[0], args[1]) },
}

// tell answers commands that end in an exclamation mark: "out x" and "err x"
// say x on standard output and error, "pid" the process's ID, "flag x" is
// remembered and told at the end of the input, "bye" ends.
func tell(out, errs string) {
	flag := ""
	in := bufio.NewReader(os.Stdin)
	for {
		command, err := in.ReadString('!')
		if err != nil {
			break
		}
		verb, rest, _ := strings.Cut(strings.TrimSuffix(command, "!"), " ")
		switch verb {
		case "out":
			fmt.Printf("%s: %s!", out, rest)
		case "err":
			fmt.Fprintf(os.Stderr, "%s: %s!", errs, rest)
		case "pid":
			fmt.Printf("%s: %d!", out, os.Getpid())
		case "flag":
			flag = rest
		case "bye":
			return
		}
	}
	fmt.Printf("%s: got eof %s!", out, flag)
	time.Sleep(time.Hour) // until it is killed
}
