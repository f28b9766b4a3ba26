// Timing of contestants that take turns: blocks of a few milliseconds, processor time beside wall-clock.

export function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that the given part of all values do not exceed: `quantile(latencies, 0.99)`. */
export function quantile(values, part) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

/**
 * Lets contestants take turns, block by block, in an order drawn anew each time, so that whatever disturbs the machine
 * disturbs all of them.
 *
 * @param contestants name → function of a block's input (may return a promise) that does `operations` operations
 * @param cpuMicroseconds processor time used so far, where another process than this one does the work
 * @returns `each`: name → microseconds an operation, median of the blocks: `wall`, and `cpu` (the process, all threads);
 * `blocks`: the same of every block, in order, so that neighbours can be compared; `kept`: processor time by wall-clock over all blocks, far below 1 where the machine was busy with something else
 */
export async function takeTurns(
  contestants,
  { prepare = () => undefined, operations, blocks, warmup, cpuMicroseconds = ownMicroseconds },
) {
  const names = Object.keys(contestants);
  const taken = Object.fromEntries(names.map((name) => [name, { wall: [], cpu: [] }]));
  for (let block = -warmup; block < blocks; block += 1) {
    for (const name of shuffled(names)) {
      const input = prepare(block);
      const cpu = await cpuMicroseconds();
      const start = performance.now();
      await contestants[name](input);
      const wall = (performance.now() - start) * 1000;
      const used = (await cpuMicroseconds()) - cpu;
      if (block < 0) continue;
      taken[name].wall.push(wall / operations);
      taken[name].cpu.push(used / operations);
    }
  }
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  const all = Object.values(taken);
  return {
    each: Object.fromEntries(
      names.map((name) => [name, { wall: median(taken[name].wall), cpu: median(taken[name].cpu) }]),
    ),
    blocks: taken,
    kept: sum(all.map(({ cpu }) => sum(cpu))) / sum(all.map(({ wall }) => sum(wall))),
  };
}

/**
 * How many of `yardstick`'s operations `name` does in the same time: blocks of one turn are compared, in each process.
 *
 * @param processes what {@link takeTurns} gave, of each
 */
export function part(processes, name, yardstick, kind = "cpu") {
  return median(
    processes.map(({ blocks }) =>
      median(blocks[name][kind].map((value, turn) => blocks[yardstick][kind][turn] / value)),
    ),
  );
}

function ownMicroseconds() {
  const { user, system } = process.cpuUsage();
  return user + system;
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
