// Timing of contestants that take turns: blocks of a few milliseconds, processor time beside wall-clock.

export function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Lets contestants take turns, block by block, in an order drawn anew each time, so that whatever disturbs the machine
 * disturbs all of them.
 *
 * @param contestants name → function of a block's input (may return a promise) that does `operations` operations
 * @returns `each`: name → microseconds an operation, median of the blocks: `wall`, and `cpu` (the process, all threads);
 * `kept`: processor time by wall-clock over all blocks, far below 1 where the machine was busy with something else
 */
export async function takeTurns(contestants, { prepare, operations, blocks, warmup }) {
  const names = Object.keys(contestants);
  const taken = Object.fromEntries(names.map((name) => [name, { wall: [], cpu: [] }]));
  for (let block = -warmup; block < blocks; block += 1) {
    for (const name of shuffled(names)) {
      const input = prepare(block);
      const cpu = process.cpuUsage();
      const start = performance.now();
      await contestants[name](input);
      const wall = (performance.now() - start) * 1000;
      const { user, system } = process.cpuUsage(cpu);
      if (block < 0) continue;
      taken[name].wall.push(wall / operations);
      taken[name].cpu.push((user + system) / operations);
    }
  }
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const all = Object.values(taken);
  return {
    each: Object.fromEntries(
      names.map((name) => [name, { wall: median(taken[name].wall), cpu: median(taken[name].cpu) }]),
    ),
    kept: sum(all.map(({ cpu }) => sum(cpu))) / sum(all.map(({ wall }) => sum(wall))),
  };
}

function shuffled(names) {
  const order = [...names];
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = Math.floor(Math.random() * (index + 1));
    [order[index], order[other]] = [order[other], order[index]];
  }
  return order;
}

/** Calls a synchronous function for each input. The results are used, so that no call can be left out. */
export const each = (verify) => (inputs) => {
  let accepted = 0;
  for (const input of inputs) if (verify(input)) accepted += 1;
  if (accepted !== inputs.length) throw new Error("A contestant refused an honest token");
};

/** The same, awaiting each answer. */
export const eachAwaited = (verify) => async (inputs) => {
  let accepted = 0;
  for (const input of inputs) if (await verify(input)) accepted += 1;
  if (accepted !== inputs.length) throw new Error("A contestant refused an honest token");
};
