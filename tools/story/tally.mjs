// A reporter for node's test runner: adds the counts of this run to the file
// that $TALLY names, as tools/tally does for the Go tests.
import { appendFileSync } from 'node:fs';

export default async function* tally(events) {
  let passed = 0, failed = 0, skipped = 0;
  for await (const { type, data } of events) {
    if (data?.details?.type === 'suite') continue;
    if (type === 'test:fail') failed++;
    else if (type === 'test:pass' && (data.skip !== undefined)) skipped++;
    else if (type === 'test:pass') passed++;
  }
  if (process.env.TALLY) appendFileSync(process.env.TALLY, `${passed} ${failed} ${skipped}\n`);
  yield `${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}
