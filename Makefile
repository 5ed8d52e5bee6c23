# `make help` explains itself.
.DEFAULT_GOAL := help
.PHONY: help backup test check bench build docs install clean

help: ## Show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

backup: ## Back up this machine into ./backups with the built-in defaults (root or not)
	@BACKUP_PATH="$${BACKUP_PATH:-$(CURDIR)/backups}" ./proxsave backup; code=$$?; \
	if [ $$code -le 1 ]; then exit 0; else exit $$code; fi

test: ## Install what the tests need, then run all of them
	@sh tools/install-test-peers.sh
	@sh tools/install-dependencies.sh --all
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" npm test

check: ## Format, lint, types, generated docs, tests: what must be green before a commit
	@sh tools/install-dependencies.sh --all
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" npm run check

bench: ## Measure against GNU tar and the codec's own program
	@sh tools/install-dependencies.sh --all
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" npm run bench

build: ## Bundle the program into dist/ (a release runs that; dist/proxsave starts it)
	@sh tools/install-dependencies.sh --all
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" npm run build

docs: ## Render the generated parts of docs/
	@sh tools/install-dependencies.sh --all
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" npm run docs

install: ## Fetch the dependencies of this clone
	@sh tools/install-dependencies.sh --all

clean: ## Remove what was fetched or built (never ./backups)
	rm -rf node_modules dist coverage
