#!/usr/bin/env node
require("../dist/protobridge.cjs");
