# incubator: `make help` lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export CGO_ENABLED ?= 0
GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
# Programs that run inside sandboxes are small, static and without debug data.
STATIC := CGO_ENABLED=0 GOOS=linux $(GO) build -trimpath -ldflags '-s -w -buildid='
ARCH := $(shell $(GO) env GOARCH)

##@ Use
.PHONY: demo run
demo: build ## Start the platform with three challenges, six teams and scored submissions
	@bin/incubator demo
run: build ## Start an empty platform for real use; the first start prints a set-up link
	@bin/incubator serve

##@ Build
.PHONY: build programs images assets
build: programs ## Build bin/incubator
	@$(GO) build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/incubator ./cmd/incubator
programs: ## Build the static programs that the platform carries inside itself
	@$(STATIC) -o sandboxes/initbin/bin/init-linux-$(ARCH) ./sandboxes/images/init
	@for area in awareness fusion mobile; do \
		$(STATIC) -o scenarios/library/bin/$$area-reference ./scenarios/library/$$area/reference; done
images: build ## Build the sandbox images (needs an engine; once, then offline)
	@bin/incubator images
assets: ## Rebuild web/static from web/assets (needs npm)
	@cd web/assets && npm ci --no-audit --no-fund --silent
	@$(GO) run ./web/assets/build

##@ Check
.PHONY: test test/go test/race test/postgres lint bench vet fmt
test: ## Do all the set-up and run every test; what cannot run here is named
	@scripts/test
test/go: programs ## Run the Go tests with what is at hand, without set-up
	@$(GO) test ./...
test/race: programs ## Run the tests of the concurrent packages with the race detector (needs cgo)
	@CGO_ENABLED=1 $(GO) test -race ./platform/... ./sandboxes ./sandboxes/fake ./scoring
test/postgres: programs ## Run the store tests on a temporary PostgreSQL cluster
	@trap 'scripts/postgres stop' EXIT; INCUBATOR_TEST_POSTGRES="$$(scripts/postgres start)" \
		$(GO) test ./platform/... ./scenarios ./scoring ./sandboxes
lint: ## Check formatting, vet, the import chain and the linters of .golangci.yml
	@scripts/lint
bench: build ## Measure against the limits of this machine; every figure is a ratio of one run
	@$(GO) run ./bench

##@ Other
.PHONY: screenshots clean help
screenshots: build ## Renew the screenshots in docs/ from a running demo
	@$(GO) run ./docs/screenshots
clean: ## Remove what was built; data in var/ stays
	@rm -rf bin .cache sandboxes/initbin/bin/init-* scenarios/library/bin/*-reference
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z\/]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
