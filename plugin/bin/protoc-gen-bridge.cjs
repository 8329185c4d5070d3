#!/usr/bin/env node
require("../dist/protoc-gen-bridge.cjs");
