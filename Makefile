# Each target is one line; .ci/run calls them.
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
BENCHSTAT = golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da

.PHONY: all fmt lint test portable race fuzz bench storm cost bench-stat bench-peers instructions component-figures recording-cost bench-lint modules browser attack rotations syscalls conformance demo cross port-score port-cookbook port-lint sim replays

all: fmt lint test

fmt: ; test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
lint: ; go vet ./... && go run $(STATICCHECK) ./...
test: ; go test ./...
portable: ; POE_LOOP=portable go test -skip 'TestFailingSystemCalls|UnderLoad|TestSameEventsAsTheOriginal' ./kernel ./session/... ./driver ./wheel/... ./component/... ./poetest ./cmd/demo
race: ; go test -race -p 2 -skip 'TestInflatedMemory|TestNodesAreReplayed|TestFailing(SystemCalls|CallsOf|Reads)|UnderLoad|TestSameEventsAsTheOriginal' $$(go list ./... | grep -v -e /cookbook -e 'poe/perl' -e /internal/vet -e /internal/port -e 'cmd/poe$$' -e /internal/scaffold -e /conformance/model -e /filter -e '/docs$$' -e 'poe/node$$') && go test -race -skip 'TestCertificateOfAnotherNode|TestDecodingIsBounded|TestFailing' ./node # without the recipes, packages of one goroutine (filters, the translator and what its programs need) and those that only run other programs, sweeps under strace, and tests in which a node starts beside a connected one: the actor library then sets grpc's global logger; some count memory, and so the detector's
fuzz: ; for p in $$(go list ./filter/... ./component/... ./node/... ./wheel/readline/lineedit); do for f in $$(go test -list '^Fuzz' $$p | grep '^Fuzz'); do go test -run '^$$' -fuzz "^$$f\$$" -fuzztime $${FUZZTIME:-10s} -fuzzminimizetime 10x $$p || exit 1; done; done
bench: ; go test -run '^$$' -bench . -benchmem -count $${COUNT:-1} ./kernel ./kernelgroup ./filter ./component/servertcp ./node/...
cost: ; go run ./metrics/cost $(FLAGS) # of observing, as in docs/observability.md
bench-stat: ; @test -n "$(OLD)" -a -n "$(NEW)" || { echo 'make bench COUNT=10 > old.txt; change it; make bench COUNT=10 > new.txt; make bench-stat OLD=old.txt NEW=new.txt' >&2; exit 2; }; go run $(BENCHSTAT) $(OLD) $(NEW)
bench-peers: ; cd bench && go run ./compare -json ../docs/performance.json -svg ../docs/performance.svg -md ../docs/performance.md $(FLAGS)
instructions: ; cd bench && go run ./instructions $(FLAGS) # counts of instructions against their ceilings; FLAGS=-update records them
component-figures: ; go run ./component/internal/figures $(FLAGS) # what docs/components.md has; needs a machine that does nothing else
recording-cost: ; cd bench && go run ./recording $(FLAGS) # ratios of processor time with a recording to without, as in docs/replay.md; Linux, and a machine that does nothing else
bench-lint: ; cd bench && go vet ./... && go run $(STATICCHECK) ./... && go test ./...
modules: ; cd metrics/prometheus && go vet ./... && go run $(STATICCHECK) ./... && go test ./... && cd ../otel && go vet ./... && go test ./... && cd ../../inspect/mcp && go vet ./... && go test ./... && cd ../browser && go vet ./... && go run $(STATICCHECK) ./... && cd ../../component/dbi/databases && go vet ./... && go test ./... # the last without staticcheck, which would read all of SQLite in Go
browser: ; cd inspect/browser && go test ./... # needs Chromium
attack: ; go run ./component/servertcp/attack $(FLAGS)
syscalls: ; POE_SYSCALLS=long POE_REQUIRED=1 go test -count 1 -timeout 60m -run TestFailing -v ./component/servertcp ./component/clienttcp ./wheel/run ./wheel/followtail ./node # each system call fails with each of its errors, at each of its places
rotations: ; POE_ROTATIONS=1000 go test -count $${COUNT:-3} -timeout 30m -run TestRotationsAtFullSpeed -v ./wheel/followtail # a thousand of each kind, with notifications and without
storm: ; POE_STORM=$${STORM:-1m} go test -count 1 -timeout 30m -run 'TestStorm$$' -v ./component/servertcp
conformance: ; POE_REQUIRED=1 go test $${COUNT:+-count $$COUNT} -timeout 10m ./conformance/... ./component/ikc ./wheel/readline
demo: ; go run ./cmd/demo && go run ./cmd/demo-cluster
cross: ; for os in darwin windows; do echo $$os; all=$$(GOOS=$$os go list -e ./... | grep -v /cookbook) && GOOS=$$os go build $$all && GOOS=$$os go vet $$(echo "$$all" | grep -v /conformance) || exit 1; done; for os in freebsd netbsd openbsd; do echo $$os; GOOS=$$os go build ./kernel ./daemon ./wheel/... ./component/servertcp ./component/clienttcp ./poetest || exit 1; done; GOARCH=386 go build ./kernel ./wheel/... $$(go list ./component/... | grep -v /attack) || exit 1; for os in freebsd netbsd; do GOOS=$$os go vet ./kernel ./daemon || exit 1; done # vet reads the tests too; those of conformance run programs of Perl
port-score: ; mkdir -p _score && PORT_SCORE=$$PWD/_score go test -count 1 -timeout 20m -run TestScore -v ./cmd/poe/internal/port # what poe port reaches, docs/port-score.md
port-cookbook: ; mkdir -p _score && PORT_ONLY=cook- PORT_COOKBOOK=only PORT_SCORE=$$PWD/_score go test -count 1 -timeout 20m -run TestScore -v ./cmd/poe/internal/port # the cookbook's scripts, played to what poe port makes of its programs
port-lint: ; mkdir -p _score && PORT_VET=1 PORT_LINT=$(STATICCHECK) PORT_SCORE=$$PWD/_score go test -count 1 -timeout 20m -run 'TestScore|TestCore' -v ./cmd/poe/internal/port # go vet and staticcheck over all that poe port writes
sim: ; d=$$(mktemp -d) && trap "rm -r $$d" EXIT && go test -c -o $$d/sim.test ./poetest/sim && cd poetest/sim && $$d/sim.test -test.list '$(or $(WORLDS),^Test)' | SIM_SEEDS=$${SIM_SEEDS:-1000} SIM_SOAK=24h GOGC=800 GOMAXPROCS=1 xargs -P 2 -I{} $$d/sim.test -test.timeout 30m -test.run '^{}$$' # the simulated worlds, a day of virtual time among them, two tests at once; WORLDS is a pattern for the names of tests
replays: ; POE_REPLAYS=$${POE_REPLAYS:-10} go test -count 1 -timeout 30m -run 'TestReplays$$' ./conformance ./cookbook # every program is recorded once on each loop and replayed, equal each time
crowd: ; POE_CROWD=$${CROWD:-100000} go test -count 1 -timeout 10m -run 'TestCrowd$$' -v ./inspect # how long the inspector holds up a kernel with so many sessions, and a tenth as many connections, as far as there are descriptors
