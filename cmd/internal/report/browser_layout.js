// Looks at where text lies on the page and returns what a reader would stumble
// over: a page that scrolls sideways, text outside of the page, cut off, on top
// of other text, or too small to read.
(() => {
  const faults = [], wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) {
    faults.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} px in ${wide}`);
  }
  const shows = e => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) && !e.closest(".skip") && !e.closest("title,style,script");
  const said = s => JSON.stringify(s.trim().slice(0, 40));
  const lines = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || !shows(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
      if (r.width < 1 || r.height < 1) continue;
      lines.push({ node, parent, r });
      if (r.left < -1 || r.right > wide + 1) faults.push(`outside of the page: ${said(node.data)}`);
    }
    const size = parseFloat(getComputedStyle(parent).fontSize);
    if (size < 12) faults.push(`letters ${size} px high: ${said(node.data)}`);
  }
  for (const e of document.body.querySelectorAll("*")) {
    if (!shows(e) || e.closest("svg")) continue;
    const style = getComputedStyle(e);
    const cut = style.overflowX !== "visible" && e.scrollWidth > e.clientWidth + 1 || style.overflowY !== "visible" && e.scrollHeight > e.clientHeight + 1;
    if (cut) faults.push(`clipped: ${said(e.textContent)}`);
  }
  lines.sort((a, b) => a.r.top - b.r.top);
  for (let i = 0; i < lines.length; i++) {
    for (let j = i + 1; j < lines.length && lines[j].r.top < lines[i].r.bottom - 3; j++) {
      const a = lines[i], b = lines[j];
      if (a.node === b.node) continue;
      const across = Math.min(a.r.right, b.r.right) - Math.max(a.r.left, b.r.left);
      // The boxes of two lines of one paragraph touch; its letters do not.
      const down = Math.min(a.r.bottom, b.r.bottom) - Math.max(a.r.top, b.r.top);
      if (across > 2 && down > 0.35 * Math.min(a.r.height, b.r.height)) {
        faults.push(`overlaps: ${said(a.node.data)} and ${said(b.node.data)}`);
      }
    }
  }
  return faults;
})()
