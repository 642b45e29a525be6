/**
 * Lets everything in `turns` have its turn, `rounds` times, and gives each one's numbers round for round. What else
 * the machine does meanwhile meets all of them alike; who comes first changes from round to round.
 */
export async function takeTurns(rounds, turns) {
  const names = Object.keys(turns);
  const numbers = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) await turns[name](); // warms up, counts nothing
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) numbers[name].push(await turns[name]());
  }
  return numbers;
}

export function median(numbers) {
  return quantile(numbers, 0.5);
}

export function quantile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)];
}

/** The median over the rounds of `of(round)`, with the quarter of the rounds below and above it as its spread. */
export function overRounds(rounds, of) {
  const values = Array.from({ length: rounds }, (_, round) => of(round));
  return { measured: median(values), from: quantile(values, 0.25), to: quantile(values, 0.75) };
}

/** A ratio as a row shows it: the median of the rounds' ratios, and what both sides took. */
export function ratio(subject, floor, unit) {
  return {
    ...overRounds(subject.length, (round) => subject[round] / floor[round]),
    subject: median(subject),
    floor: median(floor),
    unit,
  };
}

/** Microseconds for each of `times` runs of `work`. */
export function timePerRun(times, work) {
  const began = performance.now();
  for (let i = 0; i < times; i++) work(i);
  return ((performance.now() - began) * 1000) / times;
}

/** Milliseconds that `work` takes. */
export async function timeOf(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
