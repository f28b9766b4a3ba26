#!/usr/bin/env node
// The command. It is not compiled, so that npm can link it before anything is built.
import "../dist/bin.js";
