// The look of every page: one small stylesheet, in light and dark.

export const stylesheet = `
:root {
  color-scheme: light dark;
  --page: #f3f4f7; --card: #fff; --text: #1a1d24; --quiet: #5a6272; --line: #d5d9e2; --edge: #8b93a5;
  --accent: #2f4fd6; --on-accent: #fff; --alert: #a3182b; --alert-page: #fdeef0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14161b; --card: #1e2129; --text: #eceef3; --quiet: #a3abbb; --line: #3a4050; --edge: #727b90;
    --accent: #8ea4ff; --on-accent: #10131c; --alert: #ff9aa8; --alert-page: #38191f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; padding: 2rem 1rem; display: flex; flex-direction: column; align-items: center;
  justify-content: center; gap: 1.25rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
main {
  width: 100%; max-width: 27rem; padding: 2rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 1rem; box-shadow: 0 10px 30px rgb(0 0 0 / 8%);
}
main.wide { max-width: 60rem; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; }
h2 { margin: 1.75rem 0 .5rem; font-size: 1.05rem; }
p { margin: 0 0 1rem; }
.quiet, footer { color: var(--quiet); font-size: .9rem; }
footer { text-align: center; }
form { margin: 0; }
ul.choices { list-style: none; margin: 1.25rem 0 0; padding: 0; display: grid; gap: .6rem; }
button, summary, input { font: inherit; }
button {
  width: 100%; min-height: 2.75rem; padding: .6rem 1rem; border: 1px solid var(--edge); border-radius: .65rem;
  background: transparent; color: inherit; cursor: pointer;
}
button:hover { border-color: var(--accent); }
button.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
button.main:hover { filter: brightness(1.08); }
button.person { display: flex; align-items: center; gap: .85rem; text-align: left; }
.badge {
  flex: none; width: 2.5rem; height: 2.5rem; border-radius: 50%; display: grid; place-items: center;
  background: var(--accent); color: var(--on-accent); font-weight: 600;
}
.person strong { display: block; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
details { margin: 1.25rem 0 0; border-top: 1px solid var(--line); padding-top: .75rem; }
summary { min-height: 2.25rem; cursor: pointer; color: var(--quiet); }
label { display: block; margin: .75rem 0 .25rem; font-weight: 600; font-size: .95rem; }
input:not([type=hidden]) {
  width: 100%; min-height: 2.75rem; padding: .5rem .75rem; border: 1px solid var(--edge); border-radius: .65rem;
  background: var(--page); color: inherit;
}
input.code { text-align: center; text-transform: uppercase; letter-spacing: .2em; font-size: 1.25rem; }
.stack { display: grid; gap: .6rem; margin-top: 1.25rem; }
.alert {
  margin: 1rem 0 0; padding: .75rem 1rem; border-radius: .65rem; background: var(--alert-page); color: var(--alert);
}
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .9em; }
code { overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .75rem; border-radius: .65rem; background: var(--page); border: 1px solid var(--line); }
.user-code { font-size: 1.75rem; letter-spacing: .15em; text-align: center; margin: 1rem 0; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .92rem; }
th, td { padding: .4rem .6rem .4rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .75rem; }
.row button { width: auto; }
`;
