// In place of axios in the build: the signing library loads it, and we never send with it
// (docs/decisions/002-the-library-signs-fetch-sends.md). Its front adds interceptors with each of its objects.
const interceptors = { request: { use() {} }, response: { use() {} } };

module.exports = Object.assign(
  () => {
    throw new Error('Requests are sent by lib/akamai/client.ts.');
  },
  { interceptors },
);
