// How the page looks, by day and by night.

export const style = `
:root { color-scheme: light dark; --ink: #16202a; --soft: #5b6875; --ground: #f4f1ea; --card: #fffdf8; --line: #ddd6c8; --accent: #1f5f3f; --on-accent: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e4da; --soft: #9ba5ad; --ground: #12181d; --card: #1a2229; --line: #2d3841; --accent: #58b987; --on-accent: #0c1410; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
header, main { max-width: 58rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1 { display: flex; align-items: center; gap: .6rem; margin: 0; font-size: 1.7rem; letter-spacing: -.02em; }
h1 svg { width: 1.8rem; fill: var(--accent); }
header p { margin: .4rem 0 1.6rem; color: var(--soft); }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; padding-bottom: 3rem; }
section { min-width: 0; padding: 1.2rem 1.4rem; background: var(--card); border: 1px solid var(--line); border-radius: .8rem; }
.wide { grid-column: 1 / -1; }
h2 { margin: 0 0 .6rem; font-size: .8rem; font-weight: 600; letter-spacing: .08em; text-transform: uppercase; color: var(--soft); }
p { margin: 0 0 .9rem; }
a { color: var(--accent); }
button, .button { display: inline-block; padding: .5rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: transparent; color: inherit; font: inherit; text-decoration: none; cursor: pointer; }
button:hover, .button:hover { border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
.row { display: flex; flex-wrap: wrap; gap: .5rem; }
.who { display: flex; align-items: center; gap: .8rem; }
.who small { color: var(--soft); }
#initial { display: grid; place-items: center; width: 2.8rem; height: 2.8rem; border-radius: 50%; background: var(--accent); color: var(--on-accent); font-weight: 700; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1rem; }
dt { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; }
meter { display: block; width: 100%; height: .5rem; }
pre { margin: 0 0 .9rem; padding: .9rem 1rem; background: var(--ground); border: 1px solid var(--line); border-radius: .5rem; font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 14rem; overflow: auto; }
#answer { min-height: 6rem; }
`;
