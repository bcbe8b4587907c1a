/** Light and dark by the reader's own choice; wide tables scroll inside themselves on a narrow screen. */
export const PAGE_STYLE = `:root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--soft:#666;--rule:#ccc;--good:#d9f0dc;--warn:#fff0c2;--bad:#f9d2cf;--unknown:#e2dcf5;--line:#1c5fa8}
@media(prefers-color-scheme:dark){:root{--ink:#eee;--paper:#161616;--soft:#aaa;--rule:#444;--good:#1f4a28;--warn:#55440d;--bad:#63211c;--unknown:#3a2f63;--line:#7db4ee}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.45 system-ui,sans-serif}main{max-width:70rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{border:1px solid var(--rule);padding:.3rem .45rem;text-align:left;vertical-align:top}.wide{overflow-x:auto}
.grid{width:auto}.grid td,.grid th{padding:.1rem .3rem;text-align:center;font-size:.8rem}.grid th[scope=row]{text-align:left;white-space:nowrap}
.good{background:var(--good)}.warn{background:var(--warn)}.bad{background:var(--bad)}.unknown{background:var(--unknown)}
.ending{padding:.5rem .75rem;font-weight:600}.sev-critical,.sev-high{background:var(--bad);font-weight:600}.sev-medium{background:var(--warn)}
small,.key,footer{color:var(--soft);font-size:.85rem}summary span{padding:0 .4rem}figure{margin:1rem 0}figcaption{font-weight:600}
svg{width:100%;max-width:48rem;height:auto;display:block}svg text{fill:var(--soft);font-size:11px}
.axis{stroke:var(--rule)}.limit{stroke:#c0392b;stroke-dasharray:5 4}.line{fill:none;stroke:var(--line);stroke-width:1.8}.dot{fill:var(--line)}
.ahead{fill:none;stroke:var(--line);stroke-width:1.5;stroke-dasharray:3 3}.band{fill:var(--line);opacity:.18}`;
