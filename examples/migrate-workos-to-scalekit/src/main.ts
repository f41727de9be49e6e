import { resolve } from 'node:path';
import { playMove } from './move.js';

const report = resolve('move.html');
let step = 0;
await playMove((line) => console.log(`  ${(step += 1)}. ${line}`), { report });
console.log(`The report is at ${report}`);
