# make check is what CI runs. Run it before pushing.

GO       ?= go
FUZZTIME ?= 10s

# The tools have module files of their own, so that what they need does not
# raise the requirements of the program. actionlint stands alone because it
# needs an older YAML library than golangci-lint.
golangci   = $(GO) tool -modfile=tools/go.mod golangci-lint
gofumpt    = $(GO) tool -modfile=tools/go.mod gofumpt
actionlint = $(GO) tool -modfile=tools/actionlint/go.mod actionlint

scripts = .ci/run action/run.sh $(wildcard tools/*.sh)

# cmark-gfm is the yardstick of one benchmark. Where its headers are missing
# that benchmark is left out, and "make budget" says which budget it could not hold.
hash       = \#
bench_tags = $(shell echo '$(hash)include <cmark-gfm-core-extensions.h>' | cc -E - >/dev/null 2>&1 && echo -tags=cmark)

.PHONY: check format lint test race fuzz chaos bench budget image schema update

check: format lint test race

format:
	@unformatted=$$($(gofumpt) -l .); \
	if [ -n "$$unformatted" ]; then echo "run 'go tool -modfile=tools/go.mod gofumpt -w .' over:"; echo "$$unformatted"; exit 1; fi

lint:
	$(GO) vet ./...
	$(GO) -C bench vet ./...
	$(golangci) run
	$(actionlint)
	@if command -v shellcheck >/dev/null; then shellcheck $(scripts); \
	else echo "shellcheck is not installed: $(scripts) are not held to it"; fi

test:
	$(GO) test ./...

# The race detector finds what several goroutines do to each other: what one does
# alone and for long is left to the test above. A program with the detector
# sleeps a second before it exits, which is of no use to commands.
race:
	GORACE=atexit_sleep_ms=20 $(GO) test -race -short -shuffle=on ./...

# Every fuzz target of the module, found by its name, for FUZZTIME each.
fuzz:
	GO=$(GO) bash tools/fuzz.sh $(FUZZTIME)

# Kills, outages, limits and bursts at full length, about eight minutes; .ci/run
# has the short form. docs/reliability.md says what is shown.
chaos:
	BACKOUT_TEST_ALL=1 BACKOUT_CHAOS=full BACKOUT_REQUIRE_SERVICES=1 $(GO) test -v -count=1 -parallel=4 -timeout=60m ./internal/chaos

bench:
	$(GO) -C bench test $(bench_tags) -run='^$$' -bench=. .

# The benchmarks held against bench/budgets.txt. A time may be five times its
# budget, because machines differ; what is worse than that is a mistake.
budget:
	@cd bench && { \
		$(GO) test $(bench_tags) -run='^$$' -bench='Sections|Judge' .; \
		$(GO) test $(bench_tags) -run='^$$' -bench='Hostile' -benchtime=3x -timeout=9m .; \
		$(GO) test $(bench_tags) -run='^$$' -bench='First' -benchtime=20x .; \
		$(GO) test $(bench_tags) -run='^$$' -bench='Peak' -benchtime=1x -timeout=5m .; \
	} | $(GO) run ./budget -factor=5 budgets.txt

# The schema of the policy file as editors read it, by the YAML language server
# from npm. It needs Node.
schema:
	cd tools/schema && npm ci --omit=optional --loglevel=error && npm test --silent

# Rewrites expected outputs in every package whose tests have the flag. Read the
# difference before committing it.
update:
	$(GO) test $$(grep -rlF 'flag.Bool("update"' --include='*_test.go' checks cmd docs internal | xargs -n1 dirname | sort -u | sed 's#^#./#') -update

# Builds the image without a Docker engine and starts it; wants root and buildah.
image:
	bash tools/image.sh
