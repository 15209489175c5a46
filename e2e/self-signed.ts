// A server whose certificate nobody vouches for. Made for these tests alone; it is worth nothing elsewhere.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgwMECEy4TyW48WUAi
zjyd2Ltz2qpeC4dq5AhQucg+x2qhRANCAAQ1xs+x6lZwl3tni60tIjy2lZqDDRDf
idqfY4/73tIohp+xP4wwm98l0wf/H/NLQzqJlhwrK88Vpu97idsK3BLx
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUFAWDcGIbxnBgQTTqLiEUjya5vNMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNjAxNDI0NFoYDzIxMjYxMTAy
MDE0MjQ0WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ1xs+x6lZwl3tni60tIjy2lZqDDRDfidqfY4/73tIohp+xP4wwm98l
0wf/H/NLQzqJlhwrK88Vpu97idsK3BLxo28wbTAdBgNVHQ4EFgQUlrPHW1QUILNL
oD3kDD2d//e+EfIwHwYDVR0jBBgwFoAUlrPHW1QUILNLoD3kDD2d//e+EfIwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhANg5RhT+5ber35W21mHAfKaNCX28h++TuPEzSoqzPwXyAiAJ
912P7D7sGUJ4UkFjrCLJgDhM4uvv8+GPwJ3s3rAHhg==
-----END CERTIFICATE-----`;

/** Starts it; it would answer everything with 200. */
export async function startSelfSigned(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { url: `https://localhost:${port}`, close };
}
