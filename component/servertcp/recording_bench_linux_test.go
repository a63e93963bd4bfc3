package servertcp_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// BenchmarkRecordedEcho is what recording adds to the processor time of an echo
// server's thread, for each line of 64 bytes, with 50 clients and 1 or 32 lines in
// flight: rounds without a recording, with a ring and with a file alternate. It
// reports the medians of the ratios. The iterations are lines of each round; run
// it with -benchtime 200000x.
func BenchmarkRecordedEcho(b *testing.B) {
	for _, flight := range []int{1, 32} {
		b.Run(fmt.Sprintf("%d in flight", flight), func(b *testing.B) {
			ratios := map[string][]float64{}
			for range 7 {
				plain := recordedEcho(b, nil, flight)
				file, err := os.Create(filepath.Join(b.TempDir(), "echo.rec"))
				if err != nil {
					b.Fatal(err)
				}
				for kind, r := range map[string]*kernel.Recording{"ring": {Ring: 16 << 20}, "file": {Writer: file}} {
					ratios[kind] = append(ratios[kind], float64(recordedEcho(b, r, flight))/float64(plain))
				}
				file.Close()
			}
			for kind, list := range ratios {
				slices.Sort(list)
				b.ReportMetric(list[len(list)/2], kind)
			}
		})
	}
}

// recordedEcho returns the time of the server's thread.
func recordedEcho(b *testing.B, recording *kernel.Recording, flight int) time.Duration {
	const clients = 50
	address := make(chan string)
	took := make(chan time.Duration)
	var k *kernel.Kernel
	go func() {
		runtime.LockOSThread()
		k = kernel.New(kernel.Options{Recording: recording})
		l, err := servertcp.Listen(k, servertcp.Config{Alias: "echo", Address: "127.0.0.1",
			ClientInput: servertcp.Input(func(c *servertcp.Client, line []byte) { c.PutBytes(line) })})
		if err != nil {
			panic(err)
		}
		address <- l.Addr().String()
		before := threadTime()
		if err := k.Run(); err != nil {
			panic(err)
		}
		took <- threadTime() - before
	}()
	to := <-address
	done := make(chan error)
	lines := max(1, b.N/clients/flight)
	for range clients {
		go func() {
			conn, err := net.Dial("tcp", to)
			if err != nil {
				done <- err
				return
			}
			defer conn.Close()
			out := bytes.Repeat(append(bytes.Repeat([]byte("x"), 62), "\r\n"...), flight)
			in := make([]byte, len(out))
			for n := 0; n < lines && err == nil; n++ {
				if _, err = conn.Write(out); err == nil {
					_, err = io.ReadFull(conn, in)
				}
			}
			done <- err
		}()
	}
	for range clients {
		if err := <-done; err != nil {
			b.Fatal(err)
		}
	}
	k.Outside().Post(kernel.Alias("echo"), "shutdown")
	return <-took
}

// threadTime is the processor time of the calling thread.
func threadTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
