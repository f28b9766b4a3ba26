// S22: what browsers, proxies and other servers make of a `Cookie` header, and what is read of it here. Tests of user agents, such as
// those of the working group http-state, are about `Set-Cookie` for the most part: which dates, domains, paths and flags a browser
// takes, and in which order it sends what it kept. That is the browser's, and no server sees it. What applies to a server is what
// may stand in the header that comes of it: names, values, white space, quotes, commas, characters and order.
import { describe, expect, test } from "vitest";
import { parseCookies } from "../../src/cookies.ts";

type Pairs = readonly (readonly [name: string, value: string])[];

const rows: readonly (readonly [what: string, header: string, pairs: Pairs])[] = [
  ["nothing", "", []],
  ["one pair", "a=1", [["a", "1"]]],
  [
    "two pairs",
    "a=1; b=2",
    [
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  [
    "no space behind the semicolon",
    "a=1;b=2",
    [
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  [
    "semicolons in front, between and behind",
    ";; a=1;; ;b=2;",
    [
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  [
    "spaces and tabs around names and values",
    " \ta \t=\t 1 \t;\tb=2\t",
    [
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  ["spaces and tabs within them", "a b=c\td e", [["a b", "c\td e"]]],
  [
    "other white space, which is none here",
    "\u00a0a=\u00a01\u00a0; \u2003b=2",
    [
      ["\u00a0a", "\u00a01\u00a0"],
      ["\u2003b", "2"],
    ],
  ],
  [
    "line ends, which no server lets through",
    "a=1\r\n; \nb=2",
    [
      ["a", "1\r\n"],
      ["\nb", "2"],
    ],
  ],
  [
    "an empty value",
    "a=; b= ;c=",
    [
      ["a", ""],
      ["b", ""],
      ["c", ""],
    ],
  ],
  [
    "more equals signs",
    "a==1; b=2=3; c===",
    [
      ["a", "=1"],
      ["b", "2=3"],
      ["c", "=="],
    ],
  ],
  ["no name", "=1; = 2; ==3; a=4", [["a", "4"]]],
  ["no name that looks like one of ours", "=__Host-session=planted", []],
  ["no equals sign: a browser's cookie without a name", "a; b=2; c", [["b", "2"]]],
  [
    "quotes, which are part of the value",
    'a="1"; b="; c=""; d=x"y"z',
    [
      ["a", '"1"'],
      ["b", '"'],
      ["c", '""'],
      ["d", 'x"y"z'],
    ],
  ],
  ["quotes in a name", '"a"=1', [['"a"', "1"]]],
  [
    "a semicolon in quotes, which ends the pair",
    'a="1;b=2"; c=3',
    [
      ["a", '"1'],
      ["b", '2"'],
      ["c", "3"],
    ],
  ],
  [
    "an escaped quote",
    'a="1\\"; b=2',
    [
      ["a", '"1\\"'],
      ["b", "2"],
    ],
  ],
  [
    "commas, which part nothing",
    "a=1,b=2, c=3; d=4",
    [
      ["a", "1,b=2, c=3"],
      ["d", "4"],
    ],
  ],
  [
    "escapes, which stay",
    "%61=%31; b=a%3Bc%3D; c=+",
    [
      ["%61", "%31"],
      ["b", "a%3Bc%3D"],
      ["c", "+"],
    ],
  ],
  [
    "backslashes, and an entity, which ends at its semicolon",
    "a=\\073\\x3b; b=&quot;c=1",
    [
      ["a", "\\073\\x3b"],
      ["b", "&quot"],
      ["c", "1"],
    ],
  ],
  [
    "bytes beyond ASCII, as servers hand them on",
    "a=Ã¼; Ã¼=1; b=\u00ff",
    [
      ["a", "Ã¼"],
      ["Ã¼", "1"],
      ["b", "\u00ff"],
    ],
  ],
  [
    "a NUL and a DEL",
    "a=1\u00002; b\u007f=3",
    [
      ["a", "1\u00002"],
      ["b\u007f", "3"],
    ],
  ],
  [
    "brackets, slashes, at signs",
    "a[b]=1; c/d=2; <e>@f:g?={}()",
    [
      ["a[b]", "1"],
      ["c/d", "2"],
      ["<e>@f:g?", "{}()"],
    ],
  ],
  [
    "capitals, which make another name",
    "a=1; A=2; __host-a=3; __Host-a=4",
    [
      ["a", "1"],
      ["A", "2"],
      ["__host-a", "3"],
      ["__Host-a", "4"],
    ],
  ],
  [
    "what would be attributes in an answer",
    "a=1; Path=/; Secure; Expires=Thu, 01 Jan 1970 00:00:00 GMT; b=2",
    [
      ["a", "1"],
      ["Path", "/"],
      ["Expires", "Thu, 01 Jan 1970 00:00:00 GMT"],
      ["b", "2"],
    ],
  ],
  [
    "the old cookies' own words (RFC 2109)",
    "$Version=1; a=1; $Path=/; $Domain=.example.com",
    [
      ["$Version", "1"],
      ["a", "1"],
      ["$Path", "/"],
      ["$Domain", ".example.com"],
    ],
  ],
  [
    "names of Object's",
    "__proto__=1; constructor=2; toString=3; hasOwnProperty=4",
    [
      ["__proto__", "1"],
      ["constructor", "2"],
      ["toString", "3"],
      ["hasOwnProperty", "4"],
    ],
  ],
  [
    "numbers as names, in the order of the header",
    "2=b; 1=a; 10=c",
    [
      ["2", "b"],
      ["1", "a"],
      ["10", "c"],
    ],
  ],
];

describe("S22: of a Cookie header is read", () => {
  test.each(rows)("%s", (_what, header, pairs) => {
    const read = [...parseCookies(header)].flatMap(([name, values]) => values.map((value) => [name, value]));
    expect(read).toEqual(pairs);
  });

  test.each<[string, string, readonly string[]]>([
    ["the same value", "a=1; a=1", ["1", "1"]],
    [
      "another one, in the order of the header: the longer path is sent first",
      "a=deep; b=2; a=flat",
      ["deep", "flat"],
    ],
    ["none", "a=1; a=; a= ", ["1", "", ""]],
    ["white space around the name", "a=1; \ta =2", ["1", "2"]],
  ])(
    "a name that comes twice, with %s: all are told of, for neither to be taken",
    (_what, header, values) => {
      expect(parseCookies(header).get("a")).toEqual(values);
    },
  );

  test("what a browser has kept of any characters that a cookie may have (RFC 6265bis §5.6) comes back as it was", () => {
    const characters = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).filter(
      // A browser refuses control characters but the tab, and ends a pair at a semicolon.
      (one) => one === "\t" || (one >= " " && one !== "\u007f" && one !== ";"),
    );
    for (const one of characters) {
      const jar: Pairs = [
        ...(one === "=" ? [] : [[`n${one}n`, "1"] as const]),
        ["v", `x${one}y`],
        ["last", "2"],
      ];
      const read = parseCookies(jar.map(([name, value]) => `${name}=${value}`).join("; "));
      expect([...read], JSON.stringify(one)).toEqual(jar.map(([name, value]) => [name, [value]]));
    }
  });

  test("a header of many and of long pairs is read in one go", () => {
    const many = Array.from({ length: 5_000 }, (_, index) => `c${index}=${index}`).join("; ");
    expect(parseCookies(many).size).toBe(5_000);
    const long = `${" \t".repeat(50_000)}a${" ".repeat(100_000)}=${" ".repeat(100_000)}1${"\t".repeat(100_000)}`;
    expect([...parseCookies(long)]).toEqual([["a", ["1"]]]);
  });
});
