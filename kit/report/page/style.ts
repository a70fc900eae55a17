/** The look of all pages: system fonts, few colours, light and dark as the reader's system is set. */
import { rampStyle } from './colours.ts';

const LIGHT =
  '--ink:#1c2127;--soft:#5a6570;--paper:#fff;--raised:#f6f7f9;--line:#dfe3e8;--accent:#0b5cad;--bar:#4a8fcb;--good:#1a6b3c;--bad:#b3261e;--unsure:#8a5a00;--note:#fff7e6';
const DARK =
  '--ink:#e4e8ec;--soft:#9aa6b2;--paper:#12161b;--raised:#1a2027;--line:#2c343d;--accent:#7db8f0;--bar:#4f97d6;--good:#6fcf97;--bad:#ff8a80;--unsure:#f0c060;--note:#2a2415';

export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
${rampStyle('light')}
@media (prefers-color-scheme:dark){:root{${DARK}}${rampStyle('dark')}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:66rem;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;overflow-wrap:anywhere;-webkit-text-size-adjust:100%}
header{margin-bottom:2rem}
h1{margin:0;font-size:1.9rem;line-height:1.2;font-weight:650;letter-spacing:-.015em;text-wrap:balance}
h2{margin:2.75rem 0 .75rem;font-size:1.25rem;line-height:1.3;font-weight:650;letter-spacing:-.005em}
h3{margin:1.75rem 0 .5rem;font-size:1rem;font-weight:650}
p{margin:.5rem 0;max-width:44rem}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:2px}
code{font:.9em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.kicker{margin:0 0 .25rem;color:var(--soft);font-size:.9rem}
.lead{margin-top:.5rem;color:var(--soft)}
.soft,.id{color:var(--soft)}
.id{font-size:.85rem;font-weight:400}
details{margin:.75rem 0}
footer{margin-top:3.5rem;padding-top:1rem;border-top:1px solid var(--line);color:var(--soft);font-size:.85rem}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr));gap:1rem;margin:1.5rem 0 0;padding:0}
.figures div{padding:.75rem 1rem;background:var(--raised);border-radius:.5rem}
.figures dt{color:var(--soft);font-size:.85rem}
.figures dd{margin:0;font-size:1.5rem;font-weight:650;font-variant-numeric:tabular-nums;line-height:1.3}
.scroll{overflow-x:auto;margin:.75rem 0}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);font-size:.9rem;padding-bottom:.5rem}
th,td{padding:.45rem .75rem .45rem 0;text-align:left;vertical-align:baseline;border-bottom:1px solid var(--line)}
th:last-child,td:last-child{padding-right:0}
tbody th{font-weight:500}
thead th{font-size:.85rem;font-weight:600;color:var(--soft);white-space:nowrap}
.number{text-align:right;white-space:nowrap}
th button{all:unset;cursor:pointer;border-radius:2px}
th button:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
th button::after{content:"";display:inline-block;width:1em;text-align:center;color:var(--accent)}
th.number button::after{width:0;margin-right:0}
th[aria-sort=ascending] button::after{content:"↑";width:1em}
th[aria-sort=descending] button::after{content:"↓";width:1em}
.controls{display:flex;flex-wrap:wrap;gap:.75rem;align-items:end;margin:.75rem 0}
.controls label{display:grid;gap:.2rem;font-size:.85rem;color:var(--soft)}
.controls output{font-size:.85rem;color:var(--soft);padding:.4rem 0}
input,select{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:.35rem;padding:.35rem .6rem;max-width:100%}
.bar{display:block;width:100%;min-width:3.5rem;height:.6rem}
.bar .track{fill:var(--line)}
.fill{fill:var(--bar)}
.total{font-size:1.15rem;font-variant-numeric:tabular-nums}.total strong{font-size:1.9rem}
.histogram{display:block;width:100%;max-width:34rem;height:auto}
.histogram text{fill:var(--soft);font-size:10.5px;font-variant-numeric:tabular-nums}
.histogram .count{fill:var(--ink)}
.histogram line{stroke:var(--line)}
.status{display:inline-block;width:1.25em;font-weight:700;text-align:center}
.pass{color:var(--good)}
.fail{color:var(--bad)}
.not-judged,.unreadable{color:var(--unsure)}
.note{margin:1rem 0;padding:.75rem 1rem;background:var(--note);border-left:3px solid var(--unsure);border-radius:0 .4rem .4rem 0}
.cards{list-style:none;margin:0;padding:0}
.cards>li{padding:.9rem 0;border-bottom:1px solid var(--line)}
.cards p,.cards details{margin:.2rem 0}
.checks{list-style:none;margin:.5rem 0 0;padding:0}
.checks>li{padding:.45rem 0;border-bottom:1px solid var(--line)}
.checks .row,.headline{display:flex;gap:.5rem;align-items:baseline}
.row .title,.headline h2{flex:1;min-width:0}
.headline{margin-top:2.75rem;border-bottom:2px solid var(--line);padding-bottom:.4rem}
.headline h2{margin:0}
.headline .id{display:block}
.points{font-variant-numeric:tabular-nums;white-space:nowrap}
.why{margin:.25rem 0 .5rem 1.75rem}
.why p{margin:.25rem 0}
.looks{padding-left:.75rem;border-left:3px solid var(--unsure)}
.maps{display:flex;flex-wrap:wrap;gap:1rem 1.5rem;margin:.75rem 0}
.map{margin:0;min-width:0;max-width:100%}
.map figcaption{font-size:.85rem;color:var(--soft);margin-bottom:.25rem}
.map svg{display:block;max-width:100%;height:auto}
.map text{fill:var(--soft);font:10px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.map .axis{fill:var(--ink);font-weight:700}
.map .corner{stroke:var(--line);stroke-width:1}
.map .odd{fill:var(--paper);stroke:var(--bad);stroke-width:1}
.map .whole{fill:var(--raised)}
.map .wrong{stroke:var(--bad);stroke-width:1.5}
.map .digits{fill:var(--ink)}
.map .oddmark{fill:var(--bad);font-weight:700}
.map rect.here{stroke:var(--ink);stroke-width:2}
.map .zero{stroke:var(--soft);stroke-width:1}
.scale{display:flex;align-items:center;gap:.5rem;font-size:.8rem;color:var(--soft);font-variant-numeric:tabular-nums}
.scale svg{width:8rem;height:.7rem}
.readout{min-height:1.6em;margin:.25rem 0;font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;color:var(--soft)}
.tabs{display:flex;flex-wrap:wrap;gap:.25rem;margin:.75rem 0}
.tabs button{font:inherit;font-size:.85rem;color:var(--soft);background:none;border:1px solid var(--line);border-radius:.35rem;padding:.2rem .65rem;cursor:pointer;font-variant-numeric:tabular-nums}
.tabs button[aria-selected=true]{color:var(--ink);border-color:var(--accent);background:var(--raised)}
.tabs button.off::after{content:" ✗";color:var(--bad)}
summary{cursor:pointer;color:var(--accent)}
[hidden]{display:none!important}
@media (max-width:34rem){body{padding:1.25rem 1rem 3rem}h1{font-size:1.5rem}.why{margin-left:0}.wide{display:none}th,td{padding-right:.6rem}}
@media print{body{max-width:none;padding:0}.controls,.tabs{display:none}}
`;
