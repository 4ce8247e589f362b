// The identity provider of provider.mjs as a program of its own, for tests that
// are not written in JavaScript. It prints its issuer; each line it reads is
// the next person who signs in there, as JSON. It ends when its input ends.
import { createInterface } from 'node:readline';
import { openProvider } from './provider.mjs';

const [client, secret, redirect] = process.argv.slice(2);
const house = await openProvider({ client, secret, person: {} });
house.redirects.push(redirect);
console.log(house.issuer);
for await (const line of createInterface({ input: process.stdin })) {
  house.person = JSON.parse(line);
  console.log('ready');
}
process.exit(0);
