/** `node test/workloads/show.ts FILE`: runs the shipped rules over a capture of the recipe and tells what they find. */
import { formatTable } from '../../bench/report.ts';
import { evaluateFile } from './capture.ts';
import { isLoud, noiseReport } from './report.ts';

const [file] = process.argv.slice(2);
if (!file) throw new Error('usage: node test/workloads/show.ts FILE');
const evaluation = await evaluateFile(file);
for (const { priority, container, output } of evaluation.alerts)
  if (isLoud(priority)) console.log(`${priority} ${container?.name}: ${output}`);
const { tables, result } = noiseReport(evaluation);
for (const table of tables) console.log(`\n${formatTable(table)}`);
console.log(JSON.stringify(result));
