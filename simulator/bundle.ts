// EdgeWorkers bundles (.tgz) as teams build them. Written with plain ustar headers; the same input gives the same bytes.
import { gzipSync } from 'node:zlib';
import type { SimToken } from './account';

export type BundleStyle = 'usual' | 'bare-key' | 'old-helper' | 'no-file';
export type BundleOptions = {
  name: string;
  version: string;
  tokens: readonly SimToken[];
  style: BundleStyle;
};

/** A stand-in for Akamai's run-time helper, of the same size (17 KB) and with the same version comment. */
function helper(version: string): string {
  const filler = Array.from(
    { length: 230 },
    (_, line) => ` * ${line} this line only gives the file its size, as the real helper has it`,
  );
  return [
    '/*',
    ' * A stand-in for the EdgeKV helper library of Akamai.',
    ` * Version: ${version}`,
    ...filler,
    ' */',
    "import { edgekv_access_tokens } from './edgekv_tokens.js';",
    'export class EdgeKV {',
    '  constructor({ namespace = "default", group = "0" }) { this.namespace = namespace; this.group = group; }',
    '  getToken() {',
    '    const entry = edgekv_access_tokens["namespace-" + this.namespace];',
    '    if (!entry) throw new Error("MISSING ACCESS TOKEN");',
    '    return entry.value ? { value: entry.value } : { reference: entry.reference };',
    '  }',
    '}',
    '',
  ].join('\n');
}

function tokensFile(tokens: readonly SimToken[], style: BundleStyle): string {
  const entries = tokens.flatMap((token) =>
    Object.keys(token.namespacePermissions).map((namespace) => {
      const key = style === 'bare-key' ? namespace : `namespace-${namespace}`;
      const held = token.value === null ? `"reference" : "${token.uuid}"` : `"value" : "${token.value}"`;
      return `"${key}" : { \n"name": "${token.name}",\n${held}\n}`;
    }),
  );
  return `var edgekv_access_tokens = {\n${entries.join(',\n')}\n}\nexport { edgekv_access_tokens };`;
}

export function makeBundle({ name, version, tokens, style }: BundleOptions): Buffer {
  const namespace = Object.keys(tokens[0]?.namespacePermissions ?? { default: [] })[0] ?? 'default';
  const main = [
    "import { EdgeKV } from './edgekv.js';",
    `const edgeKv = new EdgeKV({ namespace: "${namespace}", group: "${name}" });`,
    'export async function onClientRequest(request) {',
    '  const found = await edgeKv.getText({ item: request.url, default_value: "" });',
    '  if (found) request.respondWith(200, {}, found);',
    '}',
    '',
  ].join('\n');
  const manifest = `${JSON.stringify({ 'edgeworker-version': version, description: `${name} of Acme Retail` }, null, 2)}\n`;
  const files: [string, string][] = [
    ['bundle.json', manifest],
    ['main.js', main],
    ['edgekv.js', helper(style === 'old-helper' ? '0.6.1' : '0.6.3')],
    ...(style === 'no-file' ? [] : [['edgekv_tokens.js', tokensFile(tokens, style)] as [string, string]]),
  ];
  return gzipSync(
    Buffer.concat([...files.flatMap(([path, text]) => entry(path, Buffer.from(text))), Buffer.alloc(1024)]),
  );
}

function entry(path: string, data: Buffer): Buffer[] {
  const header = Buffer.alloc(512);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${data.byteLength.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, data, Buffer.alloc((512 - (data.byteLength % 512)) % 512)];
}
