// Prints the sections of the .edgerc that is named, or why it is refused.
import { readSections } from '../credentials';

const options = { edgerc: process.argv[2] ?? '', sections: null, environment: null, originSet: false };
const read = await readSections(options);
console.log(read.ok ? read.value.map(({ section }) => section).join() : read.problem.title);
