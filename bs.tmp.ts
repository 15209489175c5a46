import { benchStart } from './scripts/bench/start'; console.log(await benchStart()); process.exit(0);
