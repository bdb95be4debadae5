# Everything people run. Each target is a few lines that call the real tools; tests/tools/ has the longer ones.

# A toolchain of one kind for all: warnings are errors where they are checked, not where users build.
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
DEBUG  := $(TARGET)/debug
VENV   := $(TARGET)/venv
PYTHON := $(VENV)/bin/python
CFLAGS := -std=c99 -Wall -Wextra -Wpedantic -Werror -Iinclude
CXXFLAGS := -std=c++17 -Wall -Wextra -Wpedantic -Werror -Iinclude -Ibindings/cpp/include
LINK   := -L$(DEBUG) -lwebchat -Wl,-rpath,$(DEBUG)

.PHONY: help setup build demo chat test docs test-proxy kills hostile hosts tsan miri audit fuzz bench recovery header tables notices wheel install dist clean

help: ## Shows this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Sets up what the other targets need: Debian packages and a Python environment
	@tests/tools/setup "$(VENV)"

build: ## Builds the libraries and the simulator
	cargo build --locked -p webchat-ffi -p webchat-simulator
	@ln -sf libwebchat.so $(DEBUG)/libwebchat.so.0  # the name that linked programs ask for

API ?= gms-rest
demo: setup build $(DEBUG)/demo-c $(DEBUG)/demo-cpp python ## A C, a C++ and a Python program each hold a chat with a simulated agent (API=gms-rest, gms-cometd, nexus-rest or web-messaging)
	@python3 tests/demo/run.py --api $(API) --simulator $(DEBUG)/webchat-simulator \
	  C=$(DEBUG)/demo-c C++=$(DEBUG)/demo-cpp "Python=$(PYTHON) tests/python/demo.py"

chat: ## Chats in the terminal with the simulated agent, or with WEBCHAT_CONFIG=file.json with a real one
	@cargo build --quiet --locked -p webchat-simulator && cargo build --quiet --locked -p webchat-core --example chat
	@tests/tools/chat "$(DEBUG)"

test: setup ## Runs every check and test there is
	@tests/tools/test "$(TARGET)" "$(VENV)"

test-proxy: setup ## Tests chats through nginx as a reverse proxy
	cargo test --locked -p webchat-proxy -- --test-threads 8

kills: ## Cuts a link a thousand times for each way in which Web Messaging may name messages, and kills a hundred programs (takes minutes)
	cargo test --locked -p webchat-core --lib --test killed -- --ignored a_thousand_kills_in_each_way fifty_cuts_in_real_time a_hundred_programs

TIME ?= 60
fuzz: setup ## Fuzzes all that reads what comes from outside, TIME=60 seconds each (BOUNDED=1: a few thousand inputs, always the same)
	@tests/tools/fuzz "$(TARGET)" "$(TIME)" $(if $(BOUNDED),-seed=1 -runs=20000)

audit: setup ## Checks licences, sources and known weaknesses of the dependencies
	@tests/tools/notices --check
	@tests/tools/audit "$(VENV)"

hosts: setup ## Tests what is slow about the programs that the library lives in: frozen, ending, in other languages, under valgrind (BOUNDED=1: less of each)
	@tests/tools/hosts "$(TARGET)" "$(VENV)" $(BOUNDED)

tsan: ## Runs the conformance table in C with a library built for ThreadSanitizer
	@tests/tools/tsan "$(TARGET)"

miri: ## Interprets the tests of handles and conversions with Miri, which finds what is undefined (needs a nightly compiler)
	@tests/tools/miri "$(TARGET)"

hostile: ## Attacks a client, each in a process of its own, and shows outcome, memory and time (ATTACKS="part of a name", BOUNDED=1: the quick ones)
	cargo run --quiet --release --locked -p webchat-hostile -- $(if $(BOUNDED),--quick) $(ATTACKS)

bench: setup ## Measures beside peers, in a release build (FIGURES="send python": these alone)
	@tests/tools/bench "$(TARGET)" $(FIGURES)

recovery: ## Measures how long chats take to recover from dead paths, closing races and slow lines
	cargo run --quiet --release --locked -p webchat-conformance --example recovery

header: ## Writes include/webchat.h anew
	cargo run --quiet --locked -p webchat-ffi --example header

tables: ## Writes anew what the tables of commands, events, errors and options give: stubs, parts of C++'s headers, docs/reference
	cargo run --quiet --locked -p webchat-tables

notices: ## Writes THIRD-PARTY.txt anew, the licences of what is shipped
	tests/tools/notices

docs: ## Builds the book into target/book (needs Python alone)
	@tests/tools/book "$(TARGET)"

wheel: ## Builds the Python wheels, of the module and of the simulator, into target/wheels (needs Rust and Python alone)
	@tests/tools/wheels "$(TARGET)" "$(TARGET)/wheels"
	@tests/tools/metadata "$(TARGET)/wheels"

PREFIX ?= /usr/local
LIBDIR ?= lib
PROFILE ?= release
install: ## Installs library, headers and packages for builds below PREFIX (/usr/local; DESTDIR, LIBDIR, PROFILE, TRIPLE)
	cargo rustc --profile $(PROFILE) --locked -p webchat-ffi --crate-type cdylib,staticlib $(if $(TRIPLE),--target $(TRIPLE))
	tests/tools/install "$(TARGET)/$(if $(TRIPLE),$(TRIPLE)/)$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))" \
	  "$(DESTDIR)$(PREFIX)" "$(PREFIX)" "$(LIBDIR)"

dist: setup ## Makes an archive of the built library with everything that belongs to it, and Debian packages, in target/dist
	@tests/tools/dist "$(TARGET)" "$(VENV)"

clean: ## Removes everything built
	cargo clean

.PHONY: python
python: setup
	@VIRTUAL_ENV="$(VENV)" $(VENV)/bin/maturin develop --quiet --locked -m bindings/python/Cargo.toml

# With the static library, as it is installed; the C++ program has the shared one.
$(DEBUG)/demo-c: tests/c/demo.c include/webchat.h build
	tests/tools/archive $(DEBUG)/libwebchat.a $(DEBUG)/libwebchat-demo.a
	$(CC) $(CFLAGS) $< -o $@ $(DEBUG)/libwebchat-demo.a -lutil -lrt -lpthread -lm -ldl

$(DEBUG)/demo-cpp: tests/cpp/demo.cpp bindings/cpp/include/webchat.hpp include/webchat.h build
	$(CXX) $(CXXFLAGS) $< -o $@ $(LINK)
