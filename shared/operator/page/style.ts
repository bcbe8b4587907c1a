/** One sheet, inlined: there is nothing else to load. Contrast is at least 4.5:1 in light and in dark. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--soft:#57606a;--line:#d0d7de;--card:#f6f8fa;--good:#1a6b31;--warn:#7d4e00;--unknown:#6e3fb0;--bad:#b3131e;--idle:#57606a;--link:#0550ae;--stop:#ffebe9;--act:#fff6d6;--calm:#e9f6ec;--sun:#e0a100;--rail:#c3cad2}
@media(prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#9aa4af;--line:#3a424b;--card:#161b22;--good:#56d364;--warn:#e3b341;--unknown:#c297ff;--bad:#ff8f88;--idle:#9aa4af;--link:#79b8ff;--stop:#3c1618;--act:#332a0c;--calm:#10281a;--sun:#e3b341;--rail:#4a545f}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:.75rem;background:var(--bg);color:var(--fg);font:16px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}html{border-top:4px solid var(--sun)}
h1{font-size:1.2rem;margin:0}h2{font-size:1rem;margin:0 0 .5rem}h3{font-size:.95rem;margin:.5rem 0}
p{margin:.25rem 0}a{color:var(--link)}
header{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;justify-content:space-between}
.soft{color:var(--soft);font-size:.875rem}.count{font-size:2.25rem;line-height:1.2;font-variant-numeric:tabular-nums;font-weight:650}
main{display:grid;gap:.75rem;margin-top:.5rem;align-items:start}
@media(min-width:60rem){main{grid-template-columns:1fr 1fr}.wide{grid-column:1/-1}}
section{border:1px solid var(--line);border-radius:.75rem;padding:.875rem;background:var(--card);min-width:0}
.stop{background:var(--stop);border-color:var(--bad);border-left-width:5px}.act{background:var(--act);border-color:var(--warn);border-left-width:5px}.calm{background:var(--calm);border-color:var(--good);border-left-width:5px}
.sign{display:inline-block;width:1.1em;text-align:center;font-weight:700}
.good{color:var(--good)}.warn{color:var(--warn)}.unknown{color:var(--unknown)}.bad{color:var(--bad)}.idle{color:var(--idle)}
ol,ul{list-style:none;margin:0;padding:0}li{margin:.25rem 0}
pre{margin:.25rem 0;padding:.5rem;background:var(--bg);border:1px solid var(--line);border-radius:.25rem;white-space:pre-wrap;font-size:.8125rem}
code{font-size:.875em}
details{margin:.25rem 0}summary{cursor:pointer;padding:.25rem 0}
details details{margin-left:.75rem}
label{display:block;margin:.25rem 0}
input,select,button{font:inherit;color:inherit;padding:.4rem .6rem;border:1px solid var(--soft);border-radius:.25rem;background:var(--bg);max-width:100%}
input[type=text]{width:100%}select{display:block;min-height:2.5rem}.inner{margin-left:1.35em}button{cursor:pointer;font-weight:600;min-height:2.5rem}
#next form button{background:var(--link);border-color:var(--link);color:var(--bg)}button:hover,summary:hover{text-decoration:underline}
form{margin:.5rem 0;max-width:36rem}
#timeline li{display:grid;grid-template-columns:3.1rem 1.5rem 1fr;margin:0;position:relative;padding:.2rem 0}#timeline li:not(:last-child)::after{content:"";position:absolute;left:calc(3.85rem - 1px);top:1.55rem;bottom:-.3rem;border-left:2px solid var(--rail)}#timeline time{font-variant-numeric:tabular-nums;color:var(--soft)}#timeline .sign{width:1.5rem}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
.days{display:grid;grid-template-columns:repeat(auto-fill,minmax(2.6rem,1fr));gap:.25rem}
.days a{display:block;text-align:center;text-decoration:none;border:1px solid var(--line);border-radius:.25rem;background:var(--bg);color:var(--fg);font-size:.8125rem;line-height:1.3;padding:.15rem 0}
.days .sign{width:.85em}
.chips{display:flex;flex-wrap:wrap;gap:.25rem}.chips li{margin:0;border:1px solid var(--line);border-radius:.25rem;background:var(--bg);padding:0 .4rem;font-size:.8125rem}
table{border-collapse:collapse;width:100%;font-size:.8125rem}td,th{text-align:left;padding:.2rem .4rem .2rem 0;border-bottom:1px solid var(--line);vertical-align:top}
.scroll{overflow-x:auto}svg{width:100%;height:auto;display:block}
figure{margin:0 0 .5rem}.plots{display:grid;gap:.75rem;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr))}
table{overflow-wrap:normal;min-width:40rem}td:nth-child(-n+3){white-space:nowrap}
svg text{fill:var(--soft);font:10px system-ui,sans-serif}.bar{fill:currentColor}.budget{stroke:var(--bad);stroke-dasharray:4 3;fill:none}
.said{border-left:4px solid var(--link)}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
`;
