// Results that are not kept.
package main

import (
	"github.com/gopoe/poe"
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/run"
)

func main() {
	k := poe.New()
	servertcp.New(k, servertcp.Config{})           // want `the error of servertcp.New is ignored`
	_, _ = servertcp.Listen(k, servertcp.Config{}) // want `the error of servertcp.Listen is ignored`
	clienttcp.New(k, clienttcp.Config{})           // want `the error of clienttcp.New is ignored`
	w, _ := readwrite.New(k, readwrite.Config{})   // want `the error of readwrite.New is ignored`
	w.Close()
	_, err := readwrite.New(k, readwrite.Config{Events: readwrite.Names{}}) // want `the wheel of readwrite.New is dropped`
	_, err = run.New(k, run.Config{Events: run.Funcs{}})                    // its functions get the wheel
	if err != nil {
		panic(err)
	}
	k.Hold("reason")     // want `the hold is dropped`
	_ = k.Hold("reason") // want `the hold is dropped`
	h := k.Hold("reason")
	h.Release()
}

func handler(e poe.Event) {
	e.Session.Postback("x")     // want `the result of kernel.ID.Postback is dropped`
	_ = e.Session.Callback("x") // want `the result of kernel.ID.Callback is dropped`
	p := e.Session.Postback("x")
	p.Release()
}
