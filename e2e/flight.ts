// What a page sends to the browser beside its markup: the rows of React's flight format, and the names in them.

/** The flight text that a page carries in its scripts. */
export function flightInHtml(html: string): string {
  const pushes = html.matchAll(/self\.__next_f\.push\(\[1,("(?:[^"\\]|\\.)*")\]\)/g);
  return [...pushes].map(([, text = '""']) => JSON.parse(text) as string).join('');
}

/** The JSON of each row. Texts, which tell their length, stand for themselves; hints and imports are Next's own. */
function rowsOf(flight: string): unknown[] {
  const bytes = Buffer.from(flight, 'utf8');
  const rows: unknown[] = [];
  let at = 0;
  while (at < bytes.byteLength) {
    const colon = bytes.indexOf(':', at);
    const tag = String.fromCharCode(bytes[colon + 1] ?? 0);
    if (tag === 'T') {
      const comma = bytes.indexOf(',', colon);
      const length = Number.parseInt(bytes.toString('utf8', colon + 2, comma), 16);
      rows.push(bytes.toString('utf8', comma + 1, comma + 1 + length));
      at = comma + 1 + length;
      continue;
    }
    const end = bytes.indexOf('\n', colon);
    if (colon < 0 || end < 0) throw new Error(`no row of flight: ${bytes.toString('utf8', at, at + 80)}`);
    const json = bytes.toString('utf8', colon + 1, end);
    at = end + 1;
    if (!/^[A-Zxr]/.test(json)) rows.push(JSON.parse(json));
    else if (!/^[IHECXxRr]/.test(json)) throw new Error(`an unknown row of flight: ${json.slice(0, 80)}`);
  }
  return rows;
}

/**
 * The names that data goes by in `flight`: properties of client components, and of all objects in them. Attributes of
 * plain elements are markup and do not count.
 */
export function flightKeys(flight: string): Set<string> {
  const keys = new Set<string>();
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) {
      const [mark, type, , props] = value;
      const isMarkup = mark === '$' && typeof type === 'string' && !type.startsWith('$') && value.length >= 4;
      const inner = isMarkup && isObject(props) ? Object.values(props) : value;
      inner.forEach(walk);
      return;
    }
    if (!isObject(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      keys.add(key);
      walk(inner);
    }
  };
  rowsOf(flight).forEach(walk);
  return keys;
}

/** All names of objects in a JSON; what is by namespace has names that people gave, which do not count. */
export function jsonKeys(value: unknown, keys = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const one of value) jsonKeys(one, keys);
  else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      keys.add(key);
      if (key !== 'namespacePermissions') jsonKeys(inner, keys);
    }
  }
  return keys;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
