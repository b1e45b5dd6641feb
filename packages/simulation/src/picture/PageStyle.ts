/**
 * How the page of a picture looks, in light and in dark. The page admits this text by its digest, and no other style.
 *
 * @since 0.1.0
 */

/**
 * The style sheet.
 *
 * @category constants
 * @since 0.1.0
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fbfbfa, #16181d);
  --raised: light-dark(#ffffff, #1e2128);
  --ink: light-dark(#1d2129, #e4e7ec);
  --soft: light-dark(#646b78, #99a1ae);
  --rule: light-dark(#dfe1e5, #333842);
  --request: light-dark(#1f5fc4, #77abff);
  --response: light-dark(#1b7a43, #62c98b);
  --error: light-dark(#c02b2b, #ff8080);
  --notification: light-dark(#7a3fb8, #c79bff);
  --fault: light-dark(#a85b00, #f0ae4d);
  --here: light-dark(#dfe9fa, #2b3a55);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body {
  display: grid; grid-template-rows: auto minmax(0, 1fr); background: var(--ground); color: var(--ink);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif;
}
header { padding: 12px 20px 10px; border-bottom: 1px solid var(--rule); background: var(--raised); }
h1 { display: inline; font-size: 17px; margin: 0 14px 0 0; overflow-wrap: anywhere; }
#summary { color: var(--soft); }
#findings { list-style: none; margin: 8px 0 0; padding: 0; max-height: 24vh; overflow: auto; }
#findings button {
  display: block; width: 100%; text-align: left; margin: 3px 0; padding: 5px 10px; border: 0; cursor: pointer;
  border-left: 4px solid var(--error); border-radius: 3px; color: var(--ink); font: inherit; overflow-wrap: anywhere;
  background: color-mix(in srgb, var(--error) 12%, transparent);
}
#findings b { color: var(--error); margin-right: 8px; }
#tools { display: flex; flex-wrap: wrap; gap: 8px 12px; align-items: center; margin-top: 9px; }
#tools input, #tools select, #tools button, #panel button {
  font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--rule); border-radius: 6px;
  padding: 4px 9px;
}
#tools input { width: 260px; }
#tools select { max-width: 300px; }
#tools button, #panel button { cursor: pointer; }
#tools output { color: var(--soft); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-left: auto; color: var(--soft); font-size: 12.5px; }
.legend span::before {
  content: ""; display: inline-block; width: 18px; margin-right: 5px; vertical-align: 3px; border-top: 2px solid;
}
.legend .request { color: var(--request); }
.legend .response { color: var(--response); }
.legend .error { color: var(--error); }
.legend .notification { color: var(--notification); }
.legend .lost { color: var(--error); }
.legend .lost::before { border-top-style: dashed; }
.legend .fault { color: var(--fault); }
.legend .fault::before { border-top-width: 7px; vertical-align: 1px; opacity: .6; }
main { display: grid; grid-template-columns: minmax(0, 1fr) minmax(320px, 27%); min-height: 0; }
#view { overflow: auto; position: relative; }
#heads {
  position: sticky; top: 0; z-index: 1; display: block; background: var(--ground);
  border-bottom: 1px solid var(--rule);
}
#picture { display: block; overflow: visible; }
svg { font: 12px/1 var(--mono); fill: var(--ink); }
.lane-head { cursor: pointer; }
.lane-head rect { fill: var(--raised); stroke: var(--rule); }
.lane-head text { font: 600 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
.lane-head.server rect { fill: color-mix(in srgb, var(--request) 12%, var(--raised)); stroke: var(--request); }
.lane-head.off { opacity: .45; }
.tick, .pause { fill: var(--soft); font-size: 11px; font-variant-numeric: tabular-nums; }
path.pause { stroke: var(--soft); stroke-dasharray: 2 5; fill: none; opacity: .8; }
text.pause { font-style: italic; font-family: system-ui, "DejaVu Sans", sans-serif; }
.life { stroke: var(--rule); stroke-width: 2; fill: none; }
.dead { stroke: var(--error); stroke-width: 6; stroke-dasharray: 2 5; fill: none; opacity: .75; }
.item { cursor: pointer; outline: none; color: var(--ink); }
.hit { stroke: transparent; stroke-width: 12; fill: none; pointer-events: stroke; }
.line { stroke: currentColor; stroke-width: 1.6; fill: none; }
.label rect { fill: var(--ground); opacity: .8; }
.item text { fill: currentColor; paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
.request { color: var(--request); }
.response { color: var(--response); }
.error, .lost { color: var(--error); }
.notification { color: var(--notification); }
.arrow.head, .arrow.other, .tip.head, .tip.other { color: var(--soft); }
.response .line, .error .line { stroke-dasharray: 7 3; }
.notification .line { stroke-dasharray: 2 3; }
.line.again { stroke-width: 1.1; stroke-dasharray: 1 3; }
.gone .line { stroke-dasharray: 4 5; }
.cross path { stroke: var(--error); stroke-width: 2.6; fill: none; }
.open circle { fill: var(--ground); stroke: currentColor; }
marker path { fill: currentColor; }
.span .bar { stroke: currentColor; stroke-width: 5; stroke-linecap: round; fill: none; }
.span.Success { color: var(--response); }
.span.Failure, .span.Defect { color: var(--error); }
.span.Interrupted, .span.open { color: var(--soft); }
.fault { color: var(--fault); }
.fault .bar { stroke: currentColor; stroke-width: 6; fill: none; opacity: .75; }
.fault .strip { fill: currentColor; opacity: .22; }
.fault .tint { fill: currentColor; opacity: 0; pointer-events: none; }
.fault.is-shown .tint, .fault:hover .tint { opacity: .13; }
.mark { color: var(--soft); }
.mark .sign circle { fill: currentColor; }
.mark .sign path { stroke: currentColor; stroke-width: 2; fill: var(--raised); }
.span .label, .fault .label, .mark .label { font-size: 11px; }
.span .label rect, .fault .label rect, .mark .label rect { opacity: 0; }
.mark.ran { color: var(--ink); }
.mark.down, .mark.up { color: var(--error); }
.mark.up { color: var(--response); }
.finding path { stroke: var(--error); stroke-width: 1.5; stroke-dasharray: 10 4; fill: none; }
.finding text {
  fill: var(--error); font: 600 12px system-ui, "DejaVu Sans", sans-serif;
  paint-order: stroke; stroke: var(--ground); stroke-width: 5px;
}
.item:hover .line, .item.is-kin .line, .item.is-shown .line { stroke-width: 2.8; }
.item.is-shown .line { stroke-width: 3.4; }
.item.is-shown .label text, .item:focus-visible .label text { font-weight: 700; text-decoration: underline; }
.is-pinned .item:not(.is-kin):not(.is-shown):not(.fault):not(.down):not(.up) { opacity: .25; }
.is-hidden { display: none; }
#panel { overflow: auto; border-left: 1px solid var(--rule); background: var(--raised); padding: 14px 18px 30px; }
#panel h2 { font: 600 15px/1.35 var(--mono); margin: 0 0 2px; overflow-wrap: anywhere; }
#panel .kind { font-size: 12px; letter-spacing: .04em; text-transform: uppercase; }
#panel dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 3px 14px; margin: 12px 0; }
#panel dt { color: var(--soft); }
#panel dd { margin: 0; overflow-wrap: anywhere; }
#panel pre {
  font: 12.5px/1.5 var(--mono); white-space: pre-wrap; overflow-wrap: anywhere; margin: 12px 0; padding: 11px 13px;
  background: var(--ground); border: 1px solid var(--rule); border-radius: 8px;
}
#panel .key { color: var(--request); }
#panel .string { color: var(--response); }
#panel .literal { color: var(--notification); }
#panel .hint { color: var(--soft); }
#panel ol { padding: 0; list-style: none; }
#panel li button { display: block; width: 100%; text-align: left; border: 0; padding: 2px 6px; font: 12px var(--mono); }
#panel li button.is-here { background: var(--here); }
kbd { font: 12px var(--mono); border: 1px solid var(--rule); border-bottom-width: 2px; border-radius: 4px; padding: 0 5px; }
@media (max-width: 900px) { main { grid-template-columns: 1fr; grid-template-rows: minmax(0, 1fr) 40%; } }
@media print { #tools, #panel { display: none; } main, body { display: block; } }
`
