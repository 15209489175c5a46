// In place of undici in the build: the parts that are used here. Its front loads all of it: mocks, caches, web sockets.
// Whoever needs another part adds it; the test beside this file says which is missing.
const Dispatcher = require('undici/lib/dispatcher/dispatcher');

// As the front does: the agent of a proxy connects through it.
Object.assign(Dispatcher.prototype, require('undici/lib/api'));

exports.Agent = require('undici/lib/dispatcher/agent');
exports.EnvHttpProxyAgent = require('undici/lib/dispatcher/env-http-proxy-agent');
exports.buildConnector = require('undici/lib/core/connect');
exports.fetch = require('undici/lib/web/fetch').fetch;
