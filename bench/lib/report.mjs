// How figures are written.

export const ratio = (value) => value.toFixed(3);
export const micro = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(1));
export const count = (value) => value.toLocaleString("en-US");
export const kilobytes = (bytes) => `${(bytes / 1024).toFixed(1)} KB`;
export const verdict = (met) => (met ? "met" : "**not met**");

/** A Markdown table. */
function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The whole of RESULTS.md. */
export function report({ machine, sections, howTo }) {
  const summary = sections.flatMap((section) => section.summary ?? []);
  const parts = [
    "# Speed: what was measured",
    "Written by `npm run bench`; every figure below comes from that one run. Ratios are what count: microseconds are this machine's.",
    machine.map((line) => `- ${line}`).join("\n"),
    "## At a glance",
    table(
      ["what", "measured", "required", "verdict"],
      summary.map((row) => [row.what, row.measured, row.required, row.verdict]),
    ),
  ];
  for (const { title, intro, head, rows, notes = [] } of sections) {
    parts.push(`## ${title}`, intro);
    if (rows.length > 0) parts.push(table(head, rows));
    if (notes.length > 0) parts.push(notes.map((note) => `- ${note}`).join("\n"));
  }
  parts.push("## How to repeat it", howTo);
  return `${parts.join("\n\n")}\n`;
}
