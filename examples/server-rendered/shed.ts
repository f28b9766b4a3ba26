// The tools of a street, and who has them: what the application is about.

export interface Tool {
  readonly number: number;
  readonly name: string;
  readonly note: string;
}

/** Whom a loan is of: a person at a provider. Names and e-mail addresses identify nobody. */
export interface Borrower {
  readonly issuer: string;
  readonly subject: string;
}

const tools: readonly Tool[] = [
  { number: 1, name: "Cordless drill", note: "With two batteries" },
  { number: 4, name: "Extension ladder", note: "5.2 m, for two people" },
  { number: 7, name: "Hand plane", note: "Sharpened in spring" },
  { number: 9, name: "Wheelbarrow", note: "The tyre likes some air" },
  { number: 12, name: "Tile cutter", note: "Up to 60 cm" },
  { number: 15, name: "Pressure washer", note: "Not for cats" },
];

export function createShed() {
  const loans = new Map<number, Borrower & { readonly since: number }>();
  const has = (number: number, { issuer, subject }: Borrower) => {
    const loan = loans.get(number);
    return loan?.issuer === issuer && loan.subject === subject;
  };
  return {
    tools,
    isLent: (number: number) => loans.has(number),
    /** `false` where there is no such tool, or somebody has it. */
    lend(number: number, { issuer, subject }: Borrower, since = Date.now()): boolean {
      if (loans.has(number) || !tools.some((tool) => tool.number === number)) return false;
      loans.set(number, { issuer, subject, since });
      return true;
    },
    /** Somebody else's tool stays where it is. */
    takeBack(number: number, borrower: Borrower): void {
      if (has(number, borrower)) loans.delete(number);
    },
    loansOf: (borrower: Borrower) =>
      tools
        .filter(({ number }) => has(number, borrower))
        .map((tool) => ({ ...tool, since: loans.get(tool.number)?.since ?? 0 })),
  };
}

export type Shed = ReturnType<typeof createShed>;
