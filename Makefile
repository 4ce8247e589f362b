# Everything that CI does, a person does here with one command.

.DEFAULT_GOAL := help
.PHONY: help run test check pages slice build reference

help:
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

run: ## open Kring with the demo organisation on http://127.0.0.1:7400
	go run . serve --demo

test: ## the tests, on the embedded database
	go test ./...

check: ## everything that must hold before a change lands (about ten minutes)
	bash tools/check

pages: ## write screens at 1440 and 390, light and dark, nl and en, to pages/
	bash tools/pages

slice: ## begin a slice through the floors: make slice n=promise
	bash tools/slice "$(n)"

build: ## one static binary, ./kring
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o kring .

reference: ## the statistics against whole data sets, without the race detector
	KRING_REFERENCE=1 go test -run '^TestReference' ./...
