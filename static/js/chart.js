/* Draws the interactive form of a chart above its drawing, once the box is in view and the browser is idle.
   The drawing stays in the page: for print, for failure, and as the one that is read aloud. */
(() => {
  "use strict";
  const MARKS = ["circle", "square", "triangle-up", "diamond"];
  const LANES_TOP = -0.19, LANE_STEP = 0.07;
  const DASHES = ["solid", "longdash", "dot", "dashdot"];
  const NARROW = 560; /* a narrower box has no room for the interactive form: the drawing stays */
  const whenIdle = window.requestIdleCallback || ((run) => setTimeout(run, 200));
  let library = null;

  function load(address) {
    library ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => done(window.Plotly);
      script.onerror = failed;
      document.head.append(script);
    });
    return library;
  }

  /* A custom property is text such as light-dark(…); only a real colour property is resolved. */
  function colours(box) {
    const probe = document.createElement("span");
    probe.hidden = true;
    box.append(probe);
    const read = (name) => {
      probe.style.color = `var(--${name}, var(--canvas))`;
      return getComputedStyle(probe).color;
    };
    const names = ["chart-ground", "ink", "ink-2", "line", "edge", "band", "note", "good", "bad", "quiet", "surface", "series-1", "series-2", "series-3", "series-4"];
    const found = Object.fromEntries(names.map((name) => [name, read(name)]));
    probe.remove();
    return { ...found, ground: found["chart-ground"] };
  }

  function trace(segment, data, c) {
    const colour = c[`series-${segment.series}`];
    const base = { x: segment.x, y: segment.y, text: segment.text, name: segment.label, hoverinfo: "text", connectgaps: false };
    if (data.kind === "bars" && segment.series === 1) {
      const pale = colour.replace("rgb(", "rgba(").replace(")", ", 0.5)");
      const fill = segment.running.map((running) => (running ? c.ground : pale));
      return { ...base, type: "bar", textposition: "none", marker: { color: fill, line: { color: colour, width: 1 } } };
    }
    const marker = {
      symbol: segment.running.map((running, i) => MARKS[segment.series - 1] + (running || segment.former[i] ? "-open" : "")),
      size: segment.former.map((former) => (former ? 11 : 7)),
      opacity: 1,
      color: colour,
      line: { color: colour, width: 1.5 },
    };
    const line = { color: colour, width: 1.5, dash: DASHES[segment.series - 1] };
    return { ...base, type: "scatter", mode: data.kind === "dots" ? "markers" : "lines+markers", marker, line };
  }

  /* A signal keeps its ring: an open circle around its point. */
  function rings(segment, c) {
    const only = (values) => values.filter((_, i) => segment.signal[i]);
    const marker = { symbol: "circle-open", size: 14, opacity: 1, color: only(segment.signal).map((tone) => c[tone]), line: { width: 1.75 } };
    return { x: only(segment.x), y: only(segment.y), type: "scatter", mode: "markers", hoverinfo: "skip", marker };
  }

  /* What is paused or left out is hatched over the whole height, on an axis of its own, as shapes have no pattern. */
  function hatches({ hatched }, c) {
    const pattern = { shape: "/", fgcolor: c.edge, fgopacity: 1, bgcolor: "rgba(0, 0, 0, 0)", size: 8, solidity: 0.15 };
    const marker = { color: "rgba(0, 0, 0, 0)", line: { width: 0 }, pattern };
    const at = { x: hatched.map((span) => span[0]), y: hatched.map(() => 1), width: hatched.map(([start, end]) => end - start) };
    return hatched.length ? [{ ...at, type: "bar", offset: 0, yaxis: "y2", hoverinfo: "skip", textposition: "none", marker }] : [];
  }

  /* The event lanes hang below the axis, one row each. */
  function laneMarks(data, c) {
    const tones = { incidents: c.bad, pauses: c.quiet, events: c.note };
    return data.lanes.flatMap(({ key, label, marks }, row) => {
      const at = { yref: "paper", y: LANES_TOP - row * LANE_STEP, showarrow: false, yanchor: "middle" };
      const name = { ...at, xref: "paper", x: 0, xanchor: "right", xshift: -6, text: label };
      return [name, ...marks.map(([x, glyph, text]) => ({ ...at, xref: "x", x, text: glyph, hovertext: text, font: { color: tones[key] } }))];
    });
  }

  function bandShapes([start, end, lower, upper, centre], c, floor) {
    const low = Math.max(lower, floor);
    const across = (y, dash) => ({ type: "line", layer: "below", x0: start, x1: end, y0: y, y1: y, line: { color: c.edge, width: 1, dash } });
    const fill = { type: "rect", layer: "below", x0: start, x1: end, y0: low, y1: upper, fillcolor: c.band, line: { width: 0 } };
    return [fill, across(low, "dash"), across(upper, "dash"), ...(centre === null ? [] : [across(centre, "solid")])];
  }

  function layout(data, c) {
    const ticks = data.ticks, floor = ticks[0][0];
    const place = data.log ? Math.log10 : (v) => v;
    const all = data.segments.flatMap((s) => s.x.map((x, i) => [x, s.names[i]]));
    const every = Math.max(1, Math.ceil(all.length / 9));
    const named = all.filter((_, i) => (all.length - 1 - i) % every === 0);
    const first = Math.min(...all.map((a) => a[0])) - 0.5, last = Math.max(...all.map((a) => a[0])) + 0.5;
    const plumb = data.breaks.map(([x]) => ({ type: "line", xref: "x", yref: "paper", x0: x, x1: x, y0: 0, y1: 1, line: { color: c.note, width: 1.25 } }));
    const goal = data.target === null ? [] : [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: data.target, y1: data.target, line: { color: c.ink, width: 1.5, dash: "dot" } }];
    return {
      margin: { l: 72, r: 16, t: 8, b: data.lanes.length ? 108 : 48 },
      paper_bgcolor: "transparent", plot_bgcolor: "transparent", showlegend: false, dragmode: "zoom", hovermode: "closest",
      font: { family: getComputedStyle(document.body).fontFamily, size: 13, color: c["ink-2"] },
      hoverlabel: { bgcolor: c.surface, bordercolor: c.edge, font: { color: c.ink } },
      xaxis: { range: [first, last], tickvals: named.map((a) => a[0]), ticktext: named.map((a) => a[1]), showgrid: false, zeroline: false, linecolor: c.edge, showline: true, fixedrange: false },
      yaxis: { type: data.log ? "log" : "linear", range: [place(floor), place(ticks[ticks.length - 1][0])], tickvals: ticks.map((t) => t[0]), ticktext: ticks.map((t) => `${t[1]} `), gridcolor: c.line, zeroline: false, fixedrange: true },
      yaxis2: { overlaying: "y", range: [0, 1], visible: false, fixedrange: true },
      shapes: [...data.segments.flatMap((s) => s.bands.flatMap((b) => bandShapes(b, c, floor))), ...plumb, ...goal],
      annotations: [
        ...laneMarks(data, c),
        ...data.breaks.map(([x, text], i) => ({ x, yref: "paper", y: 0, yanchor: "bottom", yshift: (i % 2) * 18, text: `▾ ${text}`, showarrow: false, xanchor: x > (first + last) / 2 ? "right" : "left", bgcolor: c.ground, font: { color: c.note } })),
      ],
    };
  }

  /* A box that becomes too narrow shows its drawing again. */
  function show(box, plot, plotly) {
    const fits = box.clientWidth >= NARROW;
    box.classList.toggle("is-live", fits);
    if (fits) plotly.Plots.resize(plot);
  }

  async function draw(box) {
    const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    const plot = document.createElement("div");
    plot.className = "c-plot";
    plot.setAttribute("aria-hidden", "true");
    try {
      const plotly = await load(box.dataset.plotly);
      box.append(plot);
      const paint = () => {
        const c = colours(box);
        return plotly.react(plot, [...hatches(data, c), ...data.segments.flatMap((s) => [trace(s, data, c), rings(s, c)])], layout(data, c), { displayModeBar: false, responsive: true, showTips: false });
      };
      await paint();
      new ResizeObserver(() => show(box, plot, plotly)).observe(box);
      matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
    } catch {
      plot.remove();
    }
  }

  /* Being idle says nothing of the screen: a slow one may still be waiting for the page itself. */
  const painted = new Promise((done) => {
    const told = window.PerformanceObserver?.supportedEntryTypes?.includes("paint");
    if (!told) return done();
    new PerformanceObserver((list, watching) => {
      if (list.getEntriesByName("first-contentful-paint").length === 0) return;
      watching.disconnect();
      done();
    }).observe({ type: "paint", buffered: true });
  });

  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((e) => e.isIntersecting)) {
      watcher.unobserve(entry.target);
      if (entry.target.clientWidth >= NARROW) painted.then(() => whenIdle(() => draw(entry.target)));
    }
  });
  const start = () => document.querySelectorAll("[data-chart]").forEach((box) => watcher.observe(box));
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
})();
