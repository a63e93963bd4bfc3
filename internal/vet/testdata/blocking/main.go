// Handlers that wait.
package main

import (
	"context"
	"net"
	"net/http"
	"os/exec"
	"sync"
	"time"

	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/servertcp"
)

func main() {}

func handler(e poe.Event) {
	time.Sleep(time.Second)       // want `time.Sleep holds up the kernel; Delay`
	net.Dial("tcp", "host:1")     // want `Dial holds up the kernel`
	net.LookupHost("host")        // want `LookupHost holds up`
	http.Get("http://host/")      // want `http.Get holds up the kernel`
	http.DefaultClient.Do(nil)    // want `Client.Do holds up the kernel`
	exec.Command("make").Run()    // want `Cmd.Run holds up the kernel; wheel/run`
	exec.Command("make").Output() // want `Cmd.Output holds up`
	var wg sync.WaitGroup
	wg.Wait() // want `WaitGroup.Wait holds up`
	ch := make(chan int)
	<-ch     // want `receiving from a channel`
	select { // want `select without a default`
	case <-ch:
	case ch <- 1:
	}
	select {
	case <-ch:
	default:
	}
	go func() { time.Sleep(time.Second) }()
	e.Kernel.Offload("done", func(context.Context) (any, error) {
		time.Sleep(time.Second)
		return <-ch, nil
	})
	e.Kernel.Outside().Call(context.Background(), e.Session, "x") // want `Outside.Call holds up the kernel`
}

func connected(c *servertcp.Client) {
	time.Sleep(1) // want `time.Sleep holds up`
}

func notAHandler() { time.Sleep(time.Second) }
