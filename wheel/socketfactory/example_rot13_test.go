package socketfactory_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

func rot13(r rune) rune {
	switch {
	case 'a' <= r && r <= 'z':
		return 'a' + (r-'a'+13)%26
	case 'A' <= r && r <= 'Z':
		return 'A' + (r-'A'+13)%26
	}
	return r
}

// The synopsis of POE::Wheel::SocketFactory: a server that answers each line
// with its rot13. Here it ends when its client has disconnected.
func Example_server() {
	k := kernel.New()
	var server *socketfactory.Wheel
	clients := map[kernel.WheelID]*readwrite.Wheel{}
	done := make(chan bool)
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			var err error
			server, err = socketfactory.New(e.Kernel, socketfactory.Config{
				BindAddress: "127.0.0.1",
				Events:      socketfactory.Names{Success: "on_client_accept", Failure: "on_server_error"},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			go func(addr string) {
				defer close(done)
				client, err := net.Dial("tcp", addr)
				if err != nil {
					fmt.Println(err)
					return
				}
				defer client.Close()
				fmt.Fprint(client, "Hello, world!\n")
				answer, err := bufio.NewReader(client).ReadString('\n')
				fmt.Println(strings.TrimSpace(answer), err)
			}(server.LocalAddr().String())
		},
		"on_client_accept": func(e kernel.Event) {
			wheel, err := readwrite.New(e.Kernel, readwrite.Config{
				Handle: kernel.Arg[*kernel.Handle](e, 0),
				Events: readwrite.Names{Input: "on_client_input", Error: "on_client_error"},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			clients[wheel.ID()] = wheel
		},
		"on_server_error": func(e kernel.Event) {
			fmt.Println("server:", kernel.OpErrorOf(e))
			server.Close()
		},
		"on_client_input": func(e kernel.Event) {
			input, id := kernel.Arg[string](e, 0), kernel.Arg[kernel.WheelID](e, 1)
			clients[id].Put(strings.Map(rot13, input))
		},
		"on_client_error": func(e kernel.Event) {
			id := kernel.Arg[kernel.WheelID](e, 3)
			clients[id].Close()
			delete(clients, id)
			server.Close()
		},
	})
	k.Run()
	<-done
	// Output: Uryyb, jbeyq! <nil>
}
