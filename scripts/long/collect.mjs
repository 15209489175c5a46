// Loaded into the server of a soak: collects garbage again and again, so that what stays in memory is what is held.
// Left alone, the heap grows for more than a minute before its first whole collection.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
setInterval(collect, 2_000).unref();
